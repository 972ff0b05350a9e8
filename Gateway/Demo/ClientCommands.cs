using System.CommandLine;
using AppProxy.Gateway.Directory.Provider;

namespace AppProxy.Gateway.Demo;

/// <summary>The verbs about programs that get tokens of the directory for themselves.</summary>
internal static class ClientCommands
{
    public static Command Create()
    {
        var name = new Argument<string>("client") { Description = "The client id, as assignments name it." };
        return new Command("clients", "Programs that get tokens for themselves (client credentials).")
        {
            UserCommands.CreateOn<DirectoryClients>("add", "Registers a program, and prints its secret this once.", [name], async (parsed, clients, output, _, stop) =>
            {
                var client = parsed.GetRequiredValue(name);
                var secret = await clients.AddAsync(client, stop);
                output.WriteLine($"Client '{client}' is registered. Its secret, which is not shown again:");
                output.WriteLine();
                output.WriteLine("  " + secret);
                output.WriteLine();
                output.WriteLine($"Assign it to apps as '{client}'. It gets tokens at /directory/token with grant_type=client_credentials.");
            }),
            UserCommands.CreateOn<DirectoryClients>("list", "Lists the programs.", [], static async (_, clients, output, _, stop) =>
            {
                foreach (var client in await clients.ListAsync(stop))
                {
                    output.WriteLine(client);
                }
            }),
            UserCommands.CreateOn<DirectoryClients>("remove", "Gives a program no more tokens; what it has is good for an hour at most.", [name], async (parsed, clients, output, _, stop) =>
            {
                await clients.RemoveAsync(parsed.GetRequiredValue(name), stop);
                output.WriteLine($"Client '{parsed.GetRequiredValue(name)}' is removed.");
            }),
        };
    }
}

using System.CommandLine;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Provider;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs about programs that get tokens of the directory, for themselves or for people.</summary>
internal static class ClientCommands
{
    public static Command Create()
    {
        var name = new Argument<string>("client") { Description = "The client id, as assignments name it." };
        var isNative = new Option<bool>("--native") { Description = "It runs on people's own machines, and acts for whoever signs in (device code, or a loopback address). It has no secret." };
        var displayName = new Option<string>("--name") { Description = "What people read of it (with --native)." };
        var redirectUris = new Option<string[]>("--redirect-uri") { Description = "Where it takes codes, besides device codes (with --native; any port of its machine where nothing is said)." };
        return new Command("clients", "Programs that get tokens: for themselves (client credentials), or for people (native).")
        {
            UserCommands.CreateOn<DirectoryClients>("add", "Registers a program, and prints its secret this once.", [name, isNative, displayName, redirectUris], async (parsed, clients, output, _, stop) =>
            {
                var client = parsed.GetRequiredValue(name);
                if (parsed.GetValue(isNative))
                {
                    await clients.AddNativeAsync(client, parsed.GetValue(displayName), parsed.GetValue(redirectUris) ?? [], stop);
                    output.WriteLine($"Client '{client}' is registered. It has no secret: people say at /directory/device, or in their browser, whether it may act for them.");
                    output.WriteLine("It begins at /directory/device-authorization, or at /directory/authorize with PKCE; scope offline_access gets it a refresh token.");
                    return;
                }

                if (parsed.GetValue(displayName) is not null || parsed.GetValue(redirectUris) is { Length: > 0 })
                {
                    throw new DirectoryException("--name and --redirect-uri are for programs that act for people: add --native");
                }

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
                    output.WriteLine(client.IsNative ? $"{client.Id}  for people, as '{client.Name}'" : $"{client.Id}  for itself");
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

using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Demo;

/// <summary>Which store a command works on, and whose hosts are the gateway's: from the gateway's own configuration.</summary>
internal sealed record StoreChoice(StoreConnection Store, IReadOnlyCollection<string> OwnHosts)
{
    /// <param name="given">On the command line.</param>
    /// <exception cref="CommandException">Cannot be read.</exception>
    public static StoreChoice Read(string? given)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(System.IO.Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .Build();
        var (setting, value) = given is not null ? ("--store", given) : ("Gateway:Store", configuration["Gateway:Store"] ?? StoreConnection.DefaultFile);
        try
        {
            return new StoreChoice(StoreConnection.Parse(value), [.. configuration.GetSection("Gateway:OwnHosts").GetChildren().Select(static host => host.Value).OfType<string>()]);
        }
        catch (FormatException mistake)
        {
            throw new CommandException($"{setting} {mistake.Message}", mistake);
        }
    }
}

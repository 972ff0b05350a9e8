using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>Which store a command works on, and whose hosts are the gateway's: from the gateway's own configuration.</summary>
internal sealed record StoreChoice(StoreConnection Store, IReadOnlyCollection<string> OwnHosts, IConfiguration Configuration)
{
    /// <summary>Where browsers reach the gateway, if that is set.</summary>
    public string? Origin => Configuration["Gateway:SignIn:Origin"];

    /// <param name="given">On the command line.</param>
    /// <exception cref="CommandException">Cannot be read.</exception>
    public static StoreChoice Read(string? given)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(System.IO.Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .Build();
        var (setting, value) = given is not null ? (StoreOption.Name, given) : ("Gateway:Store", configuration["Gateway:Store"] ?? StoreConnection.DefaultFile);
        try
        {
            return new StoreChoice(StoreConnection.Parse(value), [.. configuration.GetSection("Gateway:OwnHosts").GetChildren().Select(static host => host.Value).OfType<string>()], configuration);
        }
        catch (FormatException mistake)
        {
            throw new CommandException($"{setting} {mistake.Message}", mistake);
        }
    }

    /// <summary>As <see cref="Read"/>, with its tables brought up to date. A store that no gateway uses would answer a question that nobody asked, so none is made here.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static async Task<StoreChoice> OpenAsync(string? given, CancellationToken cancellationToken)
    {
        var choice = Read(given);
        if (choice.Store.IsMissing)
        {
            throw new CommandException($"{choice.Store.Name}: there is no store. Set Gateway:Store to where it shall be and start the gateway, or give --store");
        }

        await StoreSchema.UpgradeAsync(choice.Store, cancellationToken);
        return choice;
    }
}

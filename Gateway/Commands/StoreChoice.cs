using System.Globalization;
using AppProxy.Gateway.Hosting;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>Which store a command works on, and what the gateway of it is like: from the gateway's own configuration.</summary>
internal sealed record StoreChoice(StoreConnection Store, IConfiguration Configuration)
{
    /// <summary>Where browsers reach the gateway, if that is set.</summary>
    public string? Origin => Configuration["Gateway:SignIn:Origin"];

    /// <summary>Those that are named; browsers reach the first.</summary>
    public IReadOnlyCollection<string> OwnHosts => [.. Configuration.GetSection("Gateway:OwnHosts").GetChildren().Select(static host => host.Value).OfType<string>()];

    /// <summary>What published apps have to fit, as the gateway will judge that is configured here.</summary>
    /// <returns>Whether people can sign in is null where no gateway is configured here: it is the one that knows.</returns>
    /// <exception cref="CommandException">That gateway would not start.</exception>
    public (IReadOnlyCollection<string> OwnHosts, bool? CanSignIn) ReadRules()
    {
        var mistakes = new List<string>();
        var rules = GatewayOptionsReader.ReadForApps(Configuration, hasStore: true, mistakes);
        if (mistakes.Count > 0)
        {
            throw new CommandException(string.Join('\n', mistakes));
        }

        var isGatewayHere = Configuration.GetSection(GatewayOptions.Section).GetChildren().Any(static setting => setting.Key != nameof(GatewayOptions.Store));
        return ([.. rules.OwnHosts], isGatewayHere ? rules.CanSignIn : null);
    }

    /// <summary>Where the gateway itself is reached, as far as the settings tell: as browsers do, or else at the first of its hosts and the port that it listens on.</summary>
    public string? FindAddress()
    {
        if (Origin is not null || OwnHosts.FirstOrDefault() is not { } host)
        {
            return Origin;
        }

        var urls = Configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(static endpoint => endpoint["Url"])
            .Concat((Configuration["urls"] ?? Configuration["ASPNETCORE_URLS"])?.Split(';') ?? []);
        var ports = urls.OfType<string>().Select(HttpsPortOf).OfType<int>().Distinct().ToList();
        return ports is [var port and not 443] ? string.Create(CultureInfo.InvariantCulture, $"https://{host}:{port}") : "https://" + host;
    }

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
            return new StoreChoice(StoreConnection.Parse(value), configuration);
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

    private static int? HttpsPortOf(string url)
    {
        try
        {
            return BindingAddress.Parse(url) is { Scheme: "https" } address ? address.Port : null;
        }
        catch (FormatException)
        {
            // The gateway says so at its start.
            return null;
        }
    }
}

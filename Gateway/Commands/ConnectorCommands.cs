using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Keys;
using AppProxy.Gateway.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs about connectors, and about the gateway's keys. They work on the store, and a running gateway sees what they did within seconds.</summary>
internal static partial class ConnectorCommands
{
    public static IEnumerable<Command> Create() =>
    [
        new Command("connectors", "Enrols, lists and revokes connectors.") { CreateToken(), CreateList(), CreateRevoke() },
        new Command("groups", "Connector groups.") { CreateGroupList() },
        new Command("keys", "The gateway's own signing keys.") { CreateRotate(), CreateKeyList() },
    ];

    private static Command CreateToken()
    {
        var group = new Option<string>("--group") { Description = "The connector group of who enrols.", HelpName = "GROUP", Required = true };
        var lifetime = new Option<string>("--lifetime") { Description = "How long the token is good, such as 30m, 12h or 7d.", HelpName = "TIME", DefaultValueFactory = static _ => "30m" };
        var uses = new Option<int>("--uses") { Description = "How many connectors may enrol with it.", HelpName = "N", DefaultValueFactory = static _ => 1 };
        var gateway = new Option<string?>("--gateway") { Description = "Where connectors reach the gateway; without it Gateway:SignIn:Origin, or the first of Gateway:OwnHosts.", HelpName = "URL" };
        var store = StoreOption.Create();
        var token = new Command("token", "Makes a one-time token for a new connector, and prints the command to run there.") { group, lifetime, uses, gateway, store };
        token.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(group);
            if (!GroupName().IsMatch(name))
            {
                throw new CommandException($"--group '{name}' must be the name of a connector group: 1 to 50 letters, digits, '-' or '_'");
            }

            var count = parsed.GetValue(uses);
            if (count is < 1 or > 10_000)
            {
                throw new CommandException($"--uses {count} must be a number from 1 to 10000");
            }

            var life = ReadLifetime(parsed.GetRequiredValue(lifetime));
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            var url = ConnectorInvocation.ReadGateway(parsed.GetValue(gateway), choice.FindAddress());
            using var keys = new SigningKeys(new StoreKeyVault(choice.Store), TimeProvider.System, NullLogger<SigningKeys>.Instance);
            await keys.LoadAsync(cancellationToken);
            var made = await new EnrollmentTokens(new ConnectorDatabase(choice.Store, TimeProvider.System), keys, TimeProvider.System).CreateAsync(name, life, count, cancellationToken);
            await CommandAudit.WriteAsync(choice.Store, $"connectors token for group {name}", cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            output.WriteLine(made.Reveal());
            output.WriteLine();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Good for {(count == 1 ? "one connector" : $"{count} connectors")} of group '{name}' until {TimeProvider.System.GetUtcNow() + life:u}. On the connector's machine:"));
            output.WriteLine();
            output.WriteLine("  " + ConnectorInvocation.Enroll(AppContext.BaseDirectory, url, made.Reveal()));
        });
        return token;
    }

    private static Command CreateList()
    {
        var store = StoreOption.Create();
        var list = new Command("list", "Lists the connectors, and how they are.") { store };
        list.SetAction(async (parsed, cancellationToken) =>
            (await ReadAsync(await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken), cancellationToken)).WriteConnectors(parsed.InvocationConfiguration.Output));
        return list;
    }

    private static Command CreateGroupList()
    {
        var store = StoreOption.Create();
        var list = new Command("list", "Lists the groups that have connectors or apps, and how they are.") { store };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var report = await ReadAsync(await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken), cancellationToken);
            var published = await AccessCommands.ReadAsync(null, parsed.GetValue(store), cancellationToken);
            report.WriteGroups(parsed.InvocationConfiguration.Output, [.. published.Apps.Select(static app => new GroupApp(app.ConnectorGroup, app.TargetId, IsProbed: !app.InternalUrl.IsWildcard))]);
        });
        return list;
    }

    private static async Task<ConnectorReport> ReadAsync(StoreChoice choice, CancellationToken cancellationToken)
    {
        var database = new ConnectorDatabase(choice.Store, TimeProvider.System);
        return new ConnectorReport(await database.ListAsync(cancellationToken), await database.ListPresenceAsync(cancellationToken), TimeProvider.System.GetUtcNow());
    }

    private static Command CreateRevoke()
    {
        var name = new Argument<string>("name") { Description = "The connector's name, or its id." };
        var rotate = new Option<bool>("--rotate-group-key")
        {
            Description = "With a broker of somebody else's: gives the connector's group a new key at once, so that it cannot read there any more.",
        };
        var store = StoreOption.Create();
        var revoke = new Command("revoke", "Takes all rights from a connector, within seconds and for good.") { name, rotate, store };
        revoke.SetAction(async (parsed, cancellationToken) =>
        {
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            var database = new ConnectorDatabase(choice.Store, TimeProvider.System);
            var wanted = parsed.GetRequiredValue(name);
            var connector = Find(await database.ListAsync(cancellationToken), wanted);
            if (connector.RevokedAt is { } before && !parsed.GetValue(rotate))
            {
                throw new CommandException($"'{connector.Name}' was revoked at {before:u} already");
            }

            if (parsed.GetValue(rotate) && choice.Configuration[$"Gateway:ServiceBusRules:{connector.Group}:SealingKey"] is not null)
            {
                throw new CommandException($"The key of group '{connector.Group}' is in the configuration (Gateway:ServiceBusRules:{connector.Group}:SealingKey): change it there, and with its other connectors. Nothing was revoked; leave --rotate-group-key out");
            }

            await database.UpdateAsync(connector.Id, static other => other with { RevokedAt = other.RevokedAt ?? TimeProvider.System.GetUtcNow() }, cancellationToken);
            await CommandAudit.WriteAsync(choice.Store, $"connectors revoke {connector.Name} of group {connector.Group}", cancellationToken);
            parsed.InvocationConfiguration.Output.WriteLine($"'{connector.Name}' of group '{connector.Group}' is revoked. Gateways end its connections within seconds; to bring it back, enrol it again.");
            if (SignsInItself(choice.Configuration, connector.Group))
            {
                parsed.InvocationConfiguration.Output.WriteLine(
                    $"It signs in to the namespace with an identity of its own, which the gateway cannot end: take that identity's roles on {EntityNames.Requests(connector.Group)}, {EntityNames.Uplinks(connector.Group)} and {EntityNames.Replies(connector.Group)} away too.");
            }

            if (parsed.GetValue(rotate))
            {
                await RotateAsync(choice.Store, connector.Group, parsed.InvocationConfiguration.Output, cancellationToken);
            }
        });
        return revoke;
    }

    internal static ConnectorRecord Find(IReadOnlyList<ConnectorRecord> connectors, string wanted)
    {
        var found = connectors.Where(other => ConnectorNames.AreSame(other.Name, wanted) || string.Equals(other.Id, wanted, StringComparison.OrdinalIgnoreCase)).ToList();
        return found switch
        {
            [var one] => one,
            [] => throw new CommandException($"No connector is called '{wanted}'; 'connectors list' tells their names"),
            _ => throw new CommandException($"'{wanted}' is the name of {found.Count} connectors: give the id of the one that is meant ({string.Join(", ", found.Select(static other => $"{other.Name}: {other.Id}"))})"),
        };
    }

    /// <summary>Whether the gateway gives connectors of this group no tokens, since the namespace knows them (Tokens/NamespaceBrokerAccess.cs).</summary>
    internal static bool SignsInItself(IConfiguration configuration, string group) =>
        configuration["Gateway:ServiceBus"] is { } serviceBus && ServiceBusConnectionString.TryParse(serviceBus, out var connection, out _) && connection.UsesWorkloadIdentity
        && string.IsNullOrEmpty(configuration[$"Gateway:ServiceBusRules:{group}:RequestsKey"]);

    private static async Task RotateAsync(StoreConnection store, string group, TextWriter output, CancellationToken cancellationToken)
    {
        var vault = new StoreGroupKeyVault(store);
        if (!(await vault.ReadAsync(cancellationToken)).Any(key => string.Equals(key.Group, group, StringComparison.OrdinalIgnoreCase)))
        {
            output.WriteLine($"Group '{group}' has no sealing key to change: with the gateway's own broker nothing is sealed, and who is revoked reads nothing there any more.");
            return;
        }

        using var keys = new GroupKeys(vault, new Dictionary<string, IReadOnlyList<GroupKey>>(), TimeProvider.System, NullLogger<GroupKeys>.Instance);
        var next = await keys.RotateAsync(group, cancellationToken);
        await CommandAudit.WriteAsync(store, $"connectors revoke gave group {group} key {next.Secret}", cancellationToken);
        output.WriteLine($"Group '{group}' has key {next.Secret} from now on. What gateways send from here on is sealed with it, and its other connectors fetch it by themselves.");
    }

    private static Command CreateRotate()
    {
        var store = StoreOption.Create();
        var rotate = new Command("rotate", "Makes a new signing key, which signs in a minute; the one before is accepted for a day more.") { store };
        rotate.SetAction(async (parsed, cancellationToken) =>
        {
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            using var keys = new SigningKeys(new StoreKeyVault(choice.Store), TimeProvider.System, NullLogger<SigningKeys>.Instance);
            var next = await keys.RotateAsync(cancellationToken);
            await CommandAudit.WriteAsync(choice.Store, $"keys rotate to {next.Id}", cancellationToken);
            parsed.InvocationConfiguration.Output.WriteLine($"Key {next.Id} signs from {next.SignsFrom:u}.");
        });
        return rotate;
    }

    private static Command CreateKeyList()
    {
        var store = StoreOption.Create();
        var list = new Command("list", "Lists the keys that are accepted: the thumbprints that Connector:GatewayKey may name.") { store };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            using var keys = new SigningKeys(new StoreKeyVault(choice.Store), TimeProvider.System, NullLogger<SigningKeys>.Instance);
            await keys.LoadAsync(cancellationToken);
            foreach (var key in keys.Accepted)
            {
                parsed.InvocationConfiguration.Output.WriteLine($"{key.Id} {(key == keys.Current ? "signs" : key.SignsFrom > keys.Current.SignsFrom ? $"will sign from {key.SignsFrom:u}" : "is accepted still")}");
            }
        });
        return list;
    }

    private static TimeSpan ReadLifetime(string text) =>
        Age.TryRead(text, out var life) && life >= TimeSpan.FromMinutes(1) && life <= TimeSpan.FromDays(30)
            ? life
            : throw new CommandException($"--lifetime '{text}' must be a time from 1m to 30d, such as 30m, 12h or 7d");

    [GeneratedRegex("^[A-Za-z0-9_-]{1,50}$")]
    private static partial Regex GroupName();
}

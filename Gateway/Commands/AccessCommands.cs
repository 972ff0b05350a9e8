using System.CommandLine;
using System.Globalization;
using System.Net;
using AppProxy.Gateway.Access;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Sources;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Hosting;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Commands;

/// <summary>The verb about access: why somebody may open an app, or may not.</summary>
internal static class AccessCommands
{
    private static readonly string DefaultApps = new GatewayOptions().Apps;

    public static Command Create()
    {
        var access = new Command("access", "Who may open what.");
        access.Add(CreateExplain());
        access.Add(AccessRequestCommands.Create());
        return access;
    }

    private static Command CreateExplain()
    {
        var user = new Option<string>("--user") { Description = "Id or user principal name.", HelpName = "USER", Required = true };
        var app = new Option<string>("--app") { Description = "Id of the app.", HelpName = "APP", Required = true };
        var ip = new Option<string?>("--ip") { Description = "Address that they come from.", HelpName = "ADDRESS" };
        var groups = Names("--group", "A group that they are in, in place of what the store knows; several are allowed.");
        var roles = Names("--role", "A role that they have, in place of what the store knows; several are allowed.");
        var claims = Names("--claim", "A claim that they have, as type=value, in place of what the store knows; several are allowed.");
        var client = new Option<ClientAppType>("--client") { Description = "What they use.", DefaultValueFactory = static _ => ClientAppType.Browser };
        var age = new Option<TimeSpan?>("--sign-in-age") { Description = "How long ago they signed in, hh:mm:ss; without it as their session says, or just now." };
        var mfa = new Option<bool>("--mfa") { Description = "They proved who they are in two steps." };
        var file = new Option<string?>("--file", "-f") { Description = "An apps file in place of the store.", HelpName = "FILE" };
        var store = StoreOption.Create();
        var explain = new Command("explain", "Tells rule by rule why somebody may open an app or may not. Exit code 0: they may; 1: not, or not yet.")
        {
            user, app, ip, groups, roles, claims, client, age, mfa, file, store,
        };
        explain.SetAction(async (parsed, cancellationToken) =>
        {
            var snapshot = await ReadAsync(parsed.GetValue(file), parsed.GetValue(store), cancellationToken);
            var id = parsed.GetRequiredValue(app);
            if (!snapshot.TryGet(id, out var published))
            {
                throw new CommandException($"--app '{id}' is the id of no app.{ClosestName.Suggest(id, snapshot.Apps.Select(static known => known.Id))}");
            }

            var address = parsed.GetValue(ip);
            var from = address is null ? null : IPAddress.TryParse(address, out var known) ? known : throw new CommandException($"--ip '{address}' is no address: give one such as 192.0.2.7");
            var name = parsed.GetRequiredValue(user);
            var isProgram = parsed.GetValue(client) == ClientAppType.Other;
            var choice = StoreChoice.Read(parsed.GetValue(store));
            var onRecord = isProgram || choice.Store.IsMissing ? null : await KnownPerson.FindAsync(choice.Store, name, cancellationToken);
            var person = onRecord?.User ?? new SignedInUser { Id = name, Subject = name, UserPrincipalName = name, DisplayName = name, IsServicePrincipal = isProgram };
            person = person with
            {
                Groups = parsed.GetValue(groups) is { Length: > 0 } inGroups ? inGroups : person.Groups,
                Roles = parsed.GetValue(roles) is { Length: > 0 } withRoles ? withRoles : person.Roles,
                AuthenticationMethods = parsed.GetValue(mfa) ? [TwoSteps.Method] : person.AuthenticationMethods,
                Claims = parsed.GetValue(claims) is { Length: > 0 } said
                    ? [.. said.Select(static claim => claim.Split('=', 2) is [var type, var value] ? KeyValuePair.Create(type, value) : throw new CommandException($"--claim '{claim}' must be type=value"))]
                    : person.Claims,
            };
            var now = TimeProvider.System.GetUtcNow();
            var authenticated = parsed.GetValue(age) is { } ago ? now - ago : onRecord?.AuthenticatedAt ?? now;
            var request = new AccessRequest(person, authenticated, from, parsed.GetValue(client), now);
            var output = parsed.InvocationConfiguration.Output;
            if (published.ExternalAuthenticationType == ExternalAuthenticationType.Passthru)
            {
                output.WriteLine($"{published.DisplayName} is open: everybody who reaches the gateway may open it.");
                return 0;
            }

            output.WriteLine(DescribeOf(person, onRecord));
            var (outcome, lines) = AccessExplanation.Explain(snapshot, published, request);
            foreach (var line in lines)
            {
                output.WriteLine(line);
            }

            output.WriteLine($"{name} and {published.DisplayName}: {Describe(outcome)}");
            return outcome == AccessOutcome.Granted ? 0 : 1;
        });
        return explain;
    }

    private static Option<string[]> Names(string name, string description) => new(name) { Description = description, AllowMultipleArgumentsPerToken = true };

    /// <summary>The published apps as the gateway has them: of the named file, or else of the named store, or else of what the configuration names.</summary>
    public static async Task<CatalogueSnapshot> ReadAsync(string? file, string? store, CancellationToken cancellationToken)
    {
        var choice = StoreChoice.Read(store);
        if (file is null && store is null)
        {
            // As the gateway: where nothing is named and there is no store, the apps are in the file that nobody named.
            file = choice.Configuration["Gateway:Apps"] ?? (choice.Configuration["Gateway:Store"] is null && choice.Store.IsMissing && File.Exists(DefaultApps) ? DefaultApps : null);
        }

        if (file is not null)
        {
            var reading = CatalogueReader.Read(CatalogueFile.Read(file), [], CatalogueSnapshot.Empty, 0, folder: Path.GetDirectoryName(Path.GetFullPath(file)));
            return reading.Snapshot ?? throw new CatalogueException(Path.GetFullPath(file), reading.Problems);
        }

        if (choice.Store.IsMissing)
        {
            throw new CommandException($"{choice.Store.Name}: there is no store, so no app is published: name it with --store, or an apps file with -f");
        }

        var stored = CatalogueReader.Read(await new CatalogueDatabase(choice.Store, TimeProvider.System).ReadIfAnyAsync(cancellationToken), choice.ReadRules().OwnHosts, CatalogueSnapshot.Empty);
        return stored.Snapshot ?? throw new CatalogueException(choice.Store.Name, stored.Problems);
    }

    /// <summary>Whom the answer is about, since what the store does not know nobody is asked for.</summary>
    private static string DescribeOf(SignedInUser person, KnownPerson? onRecord)
    {
        var known = onRecord switch
        {
            null => "not known to the store, so only what was said here counts",
            { AuthenticatedAt: { } at } when at == SignInTime.Unknown => "as of the last sign-in, of which the provider did not say when it was",
            { AuthenticatedAt: { } at } => string.Create(CultureInfo.InvariantCulture, $"as of the sign-in at {at:u}"),
            _ => "as the directory has them, not signed in",
        };
        return $"{person.UserPrincipalName}: {known}; groups: {List(person.Groups)}; roles: {List(person.Roles)}; {(TwoSteps.Are(person) ? "in two steps" : "not in two steps")}";

        static string List(string[] names) => names.Length > 0 ? string.Join(", ", names) : "none";
    }

    private static string Describe(AccessOutcome outcome) => outcome switch
    {
        AccessOutcome.Granted => "may open it",
        AccessOutcome.NotAssigned => "may not: not assigned",
        AccessOutcome.Blocked => "may not: blocked",
        _ => "must sign in more strongly, or again",
    };
}

using System.CommandLine;
using System.Globalization;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs about who is signed in. Running gateways learn within seconds what was ended.</summary>
internal static class SessionCommands
{
    public static Command Create() => new("sessions", "Who is signed in.") { CreateList(), CreateEnd() };

    private static Command CreateList() => Create("list", "Lists a person's sessions, the newest first.", static async (store, name, output, stop) =>
    {
        var sessions = await FindAsync(store, name, stop);
        output.WriteLine(sessions.Count == 0 ? $"'{name}' is not signed in." : "SIGNED IN          LAST USED          UNTIL              FROM, WITH");
        foreach (var session in sessions)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(session.AuthenticatedAt == SignInTime.Unknown ? "-" : $"{session.AuthenticatedAt:yyyy-MM-dd HH:mm}Z"),-17}  {session.LastSeenAt:yyyy-MM-dd HH:mm}Z  {session.ExpiresAt:yyyy-MM-dd HH:mm}Z  {session.Client?.Address ?? "-"}, {session.Client?.UserAgent ?? "-"}"));
        }
    });

    private static Command CreateEnd() => Create("end", "Ends all sessions of a person, and what they have open, within seconds.", static async (store, name, output, stop) =>
    {
        var sessions = await FindAsync(store, name, stop);
        var subjects = sessions.Select(static session => session.User.Subject).ToHashSet(StringComparer.Ordinal);
        if (subjects.Count == 0)
        {
            // They may be signed in at the directory all the same.
            var known = await KnownPerson.FindAsync(store, name, stop) ?? throw new CommandException($"'{name}' is not signed in: give the id or the user principal name, as 'log signins' tells it");
            subjects.Add(known.User.Subject);
        }

        var directory = new SecurityStamps(store);
        foreach (var subject in subjects)
        {
            await directory.RenewAsync(subject, stop);
            await Sessions(store).EndAsync(SessionSelector.AllOf(subject), TimeProvider.System.GetUtcNow(), stop);
        }

        await CommandAudit.WriteAsync(store, string.Create(CultureInfo.InvariantCulture, $"sessions end --user {name}; sessions ended: {sessions.Count}"), stop);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Sessions of '{name}' that end within seconds: {sessions.Count}. A provider other than the gateway's own directory lets them in again, unless it is told not to."));
    });

    private static Command Create(string verb, string description, Func<StoreConnection, string, TextWriter, CancellationToken, Task> run)
    {
        var user = new Option<string>("--user") { Description = "Id or user principal name.", HelpName = "USER", Required = true };
        var store = StoreOption.Create();
        var command = new Command(verb, description) { user, store };
        command.SetAction(async (parsed, stop) =>
            await run((await StoreChoice.OpenAsync(parsed.GetValue(store), stop)).Store, parsed.GetRequiredValue(user), parsed.InvocationConfiguration.Output, stop));
        return command;
    }

    /// <summary>Those that go on, with from where they began.</summary>
    private static async Task<IReadOnlyList<SessionTicket>> FindAsync(StoreConnection store, string name, CancellationToken cancellationToken)
    {
        var (sessions, now) = (Sessions(store), TimeProvider.System.GetUtcNow());
        var found = new List<SessionTicket>();
        foreach (var subject in (await sessions.FindOfAsync(name, now, cancellationToken)).Select(static session => session.User.Subject).Distinct(StringComparer.Ordinal))
        {
            found.AddRange((await sessions.FindAllAsync(subject, cancellationToken)).Where(session => session.ExpiresAt > now));
        }

        return [.. found.OrderByDescending(static session => session.ExpiresAt)];
    }

    /// <summary>Without the gateways' key ring: what it protects is not asked for.</summary>
    private static StoredSessions Sessions(StoreConnection store) => new(store, new EphemeralDataProtectionProvider());
}

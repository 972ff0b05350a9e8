using System.Globalization;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Roster;

namespace AppProxy.Gateway.Publishing;

/// <summary>The connectors that enrolled, and what they said last.</summary>
internal sealed record ConnectorRoster(IReadOnlyList<ConnectorRecord> All, IReadOnlyDictionary<string, PresenceRecord> Presence)
{
    public const string Connectors = "connectors";
    public const string Reach = "back end";

    public static async Task<ConnectorRoster> ReadAsync(IConnectorStore store, CancellationToken cancellationToken)
        => new(await store.ListAsync(cancellationToken), await store.ListPresenceAsync(cancellationToken));

    /// <returns>Whether one is there that reaches the app.</returns>
    public bool AddTo(PublishReport report, PublishedApp app, DateTimeOffset now)
    {
        var group = app.ConnectorGroup;
        var enrolled = All.Where(connector => string.Equals(connector.Group, group, StringComparison.OrdinalIgnoreCase) && connector is { RevokedAt: null, BlockedAt: null }).ToList();
        var online = enrolled.Select(connector => (connector.Name, Seen: Presence.GetValueOrDefault(connector.Id))).Where(connector => connector.Seen?.IsOnline(now) == true).ToList();
        if (enrolled.Count == 0)
        {
            report.Steps.Add(TestStep.Skip(
                Connectors, $"No connector has enrolled with group '{group}'. Those that have a key in place of enrolling are not listed anywhere.", $"Unless there is one with a key: connectors token --group {group}, and start it."));
            return false;
        }

        if (online.Count == 0)
        {
            report.Steps.Add(TestStep.Fail(
                Connectors,
                $"None of the {enrolled.Count.ToString(CultureInfo.InvariantCulture)} connectors of group '{group}' is there: {string.Join(", ", enrolled.Select(static connector => connector.Name))}.",
                "Start one of them, or look into its log for why it cannot connect to the gateway."));
            return false;
        }

        report.Steps.Add(TestStep.Ok(Connectors, string.Create(CultureInfo.InvariantCulture, $"{online.Count} of {enrolled.Count} of group '{group}' are there: {string.Join(", ", online.Select(static connector => connector.Name))}.")));
        var isReached = false;
        foreach (var (name, seen) in online)
        {
            isReached |= AddReach(report, app, name, seen!);
        }

        return isReached;
    }

    private static bool AddReach(PublishReport report, PublishedApp app, string name, PresenceRecord seen)
    {
        if (app.InternalUrl.IsWildcard)
        {
            report.Steps.Add(TestStep.Skip(Reach, $"Connectors try no names of the wildcard {app.InternalUrl}: the answer below tells of the one that is asked for."));
            return true;
        }

        if (!seen.Report.Apps.TryGetValue(app.TargetId, out var reach))
        {
            report.Steps.Add(TestStep.Fail(
                Reach, $"{name} does not know the app '{app.TargetId}', or has not tried it yet.", $"If it stays so for a minute: look into {name}'s log for why it does not take this app's settings."));
            return false;
        }

        if (!reach.IsReached)
        {
            report.Steps.Add(TestStep.Fail(
                Reach, $"{name} cannot connect to the app: {reach.Problem}.", $"From {name}'s machine: is {app.InternalUrl} the right name and port, does the app run, does a firewall stand between them?"));
            return false;
        }

        if (reach.ConnectTime is { } took)
        {
            report.Milliseconds.ConnectorToApp[name] = took;
        }

        if (reach.TlsProblem is { } problem)
        {
            report.Steps.Add(TestStep.Fail(
                Reach,
                $"{name} reaches the app, but accepts no TLS with it: {problem}.",
                FailureAdvice.TlsAdvice));
            return false;
        }

        report.Steps.Add(TestStep.Ok(Reach, $"{name} reaches the app{(app.InternalUrl.Scheme == Uri.UriSchemeHttps ? ", with TLS" : "")}."));
        return true;
    }
}

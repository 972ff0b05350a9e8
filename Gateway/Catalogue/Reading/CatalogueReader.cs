using System.Collections.Immutable;
using AppProxy.Gateway.Catalogue.Reading.Policies;
using AppProxy.Gateway.Catalogue.Storage;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Bytes of an apps file ⇒ checked snapshot, or everything that is wrong with it.</summary>
internal static class CatalogueReader
{
    /// <param name="json">UTF-8; comments and trailing commas are allowed.</param>
    /// <param name="ownHosts">Hosts that no app may claim.</param>
    /// <param name="previous">Apps that are the same there keep their settings version.</param>
    /// <param name="version">Of the new snapshot.</param>
    /// <param name="canSignIn">Whether there is a provider to sign in with; without one, apps that ask for it are refused.</param>
    /// <param name="folder">Of the file, where it is one: pictures may lie beside it.</param>
    public static CatalogueReading Read(byte[] json, IReadOnlyCollection<string> ownHosts, CatalogueSnapshot previous, long version, bool canSignIn = true, string? folder = null)
    {
        var findings = new Findings();
        var document = DocumentReader.Read(json, CatalogueJsonContext.Default.CatalogueDocument, findings);
        if (document is null)
        {
            return new CatalogueReading(null, findings.Problems, findings.Notices);
        }

        var icons = IconFiles.Embed(document, folder, findings);
        var applications = (document.Applications ?? []).Select((application, index) => (application, Path: $"$.applications[{index}]", version));
        return Read(document.ConnectorGroups, applications!, document.ReadPolicies(), ownHosts, previous, version, findings, canSignIn) with { Icons = icons };
    }

    /// <summary>What the store holds ⇒ checked snapshot: it was checked when it was stored, but perhaps by another version of the gateway.</summary>
    public static CatalogueReading Read(StoredCatalogue stored, IReadOnlyCollection<string> ownHosts, CatalogueSnapshot previous, bool canSignIn = true)
        => Read(stored.ConnectorGroups, stored.Applications.Select(static app => ((ApplicationDocument?)app.Document, app.Path, app.SettingsVersion)), stored.Policies, ownHosts, previous, stored.Version, new Findings(), canSignIn);

    /// <param name="groups">As written.</param>
    /// <param name="applications">Each with its place and the version of its settings.</param>
    /// <param name="policies">As written.</param>
    /// <param name="ownHosts">Hosts that no app may claim.</param>
    /// <param name="previous">Apps that are the same there keep their settings version.</param>
    /// <param name="version">Of the new snapshot.</param>
    /// <param name="findings">Those so far.</param>
    /// <param name="canSignIn">Whether there is a provider to sign in with.</param>
    public static CatalogueReading Read(
        List<ConnectorGroupDocument>? groups,
        IEnumerable<(ApplicationDocument? Document, string Path, long SettingsVersion)> applications,
        PolicyDocuments policies,
        IReadOnlyCollection<string> ownHosts,
        CatalogueSnapshot previous,
        long version,
        Findings findings,
        bool canSignIn = true)
    {
        var connectorGroups = ConnectorGroupsReader.Read(groups, findings);
        var reader = new ApplicationReader(connectorGroups, ownHosts, canSignIn, findings);
        var apps = new List<PublishedApp>();
        foreach (var (document, path, settingsVersion) in applications)
        {
            if (document is null)
            {
                findings.Problem(path, "must be an object, { … }");
            }
            else if (reader.Read(document, path, settingsVersion) is { } app)
            {
                apps.Add(app);
            }
        }

        var access = new PoliciesReader([.. apps.Select(static app => app.Id)], findings).Read(policies.Policies, policies.Locations);
        var problems = findings.Problems;
        var snapshot = problems.IsEmpty ? new CatalogueSnapshot(version, connectorGroups, KeepVersions(apps, previous), ownHosts) { Policies = access } : null;
        return new CatalogueReading(snapshot, problems, findings.Notices);
    }

    private static ImmutableArray<PublishedApp> KeepVersions(List<PublishedApp> apps, CatalogueSnapshot previous)
        => [.. apps.Select(app => previous.TryGet(app.Id, out var old) && old == app with { SettingsVersion = old.SettingsVersion } ? old : app)];
}

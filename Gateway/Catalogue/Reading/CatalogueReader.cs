using System.Collections.Immutable;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Bytes of an apps file ⇒ checked snapshot, or everything that is wrong with it.</summary>
internal static class CatalogueReader
{
    /// <param name="json">UTF-8; comments and trailing commas are allowed.</param>
    /// <param name="ownHosts">Hosts that no app may claim.</param>
    /// <param name="previous">Apps that are the same there keep their settings version.</param>
    /// <param name="version">Of the new snapshot.</param>
    public static CatalogueReading Read(byte[] json, IEnumerable<string> ownHosts, CatalogueSnapshot previous, long version)
    {
        var findings = new Findings();
        var document = DocumentReader.Read(json, CatalogueJsonContext.Default.CatalogueDocument, findings);
        if (document is null)
        {
            return new CatalogueReading(null, findings.Problems, findings.Notices);
        }

        var groups = ConnectorGroupsReader.Read(document.ConnectorGroups, findings);
        var apps = ReadApps(document.Applications ?? [], new ApplicationReader(groups, ownHosts, version, findings), findings);
        var problems = findings.Problems;
        var snapshot = problems.IsEmpty ? new CatalogueSnapshot(version, groups, KeepVersions(apps, previous)) : null;
        return new CatalogueReading(snapshot, problems, findings.Notices);
    }

    private static List<PublishedApp> ReadApps(List<ApplicationDocument> documents, ApplicationReader reader, Findings findings)
    {
        var apps = new List<PublishedApp>();
        var urls = new Dictionary<string, string>(StringComparer.Ordinal);
        var ids = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < documents.Count; index++)
        {
            var path = $"$.applications[{index}]";
            if (documents[index] is not { } document)
            {
                findings.Problem(path, "must be an object, { … }");
            }
            else if (reader.Read(document, path) is { } app)
            {
                apps.Add(app);
                var url = $"{app.ExternalScheme}://{app.ExternalHost}:{app.ExternalPort}{app.ExternalPath}";
                CheckUnique(urls, url, path, $"{path}.onPremisesPublishing.externalUrl", "is the external URL of {0} too: each app needs its own", findings);
                CheckUnique(ids, app.Id, path, $"{path}.id", "is the id of {0} too: leave it out, or give another one", findings);
            }
        }

        return apps;
    }

    private static void CheckUnique(Dictionary<string, string> seen, string key, string owner, string path, string message, Findings findings)
    {
        if (!seen.TryAdd(key, owner) && seen[key] != owner)
        {
            findings.Problem(path, message.Replace("{0}", seen[key], StringComparison.Ordinal));
        }
    }

    private static ImmutableArray<PublishedApp> KeepVersions(List<PublishedApp> apps, CatalogueSnapshot previous)
        => [.. apps.Select(app => previous.TryGet(app.Id, out var old) && old == app with { SettingsVersion = old.SettingsVersion } ? old : app)];
}

using System.Collections.Immutable;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Bytes of an apps file ⇒ checked snapshot, or everything that is wrong with it.</summary>
internal static class CatalogueReader
{
    /// <param name="json">UTF-8; comments and trailing commas are allowed.</param>
    /// <param name="ownHosts">Hosts that no app may claim.</param>
    /// <param name="previous">Apps that are the same there keep their settings version.</param>
    /// <param name="version">Of the new snapshot.</param>
    public static CatalogueReading Read(byte[] json, IReadOnlyCollection<string> ownHosts, CatalogueSnapshot previous, long version)
    {
        var findings = new Findings();
        var document = DocumentReader.Read(json, CatalogueJsonContext.Default.CatalogueDocument, findings);
        if (document is null)
        {
            return new CatalogueReading(null, findings.Problems, findings.Notices);
        }

        var groups = ConnectorGroupsReader.Read(document.ConnectorGroups, findings);
        var reader = new ApplicationReader(groups, ownHosts, findings);
        var apps = new List<PublishedApp>();
        for (var index = 0; index < (document.Applications?.Count ?? 0); index++)
        {
            var path = $"$.applications[{index}]";
            if (document.Applications![index] is not { } application)
            {
                findings.Problem(path, "must be an object, { … }");
            }
            else if (reader.Read(application, path, version) is { } app)
            {
                apps.Add(app);
            }
        }

        var problems = findings.Problems;
        var snapshot = problems.IsEmpty ? new CatalogueSnapshot(version, groups, KeepVersions(apps, previous), ownHosts) : null;
        return new CatalogueReading(snapshot, problems, findings.Notices);
    }

    private static ImmutableArray<PublishedApp> KeepVersions(List<PublishedApp> apps, CatalogueSnapshot previous)
        => [.. apps.Select(app => previous.TryGet(app.Id, out var old) && old == app with { SettingsVersion = old.SettingsVersion } ? old : app)];
}

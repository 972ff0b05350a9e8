using System.Collections.Immutable;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Reading.Policies;
using AppProxy.Gateway.Catalogue.Storage;

namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>Collects what differs between what the store holds and what it shall hold.</summary>
internal sealed class CatalogueComparison
{
    public List<Difference> Differences { get; } = [];

    public int Unchanged { get; private set; }

    public static string NameOf(ConnectorGroupDocument group) => $"connector group {group.Name}";

    public static string NameOf(ApplicationDocument app) => $"application {app.Id} \"{app.DisplayName}\"";

    public static string NameOf(ConditionalAccessPolicyDocument policy) => $"policy {policy.Id} \"{policy.DisplayName}\"";

    public static string NameOf(NamedLocationDocument location) => $"named location {location.Id} \"{location.DisplayName}\"";

    /// <param name="kept">Those that the file does not name: they count only where they change.</param>
    public void Compare(List<ConnectorGroupDocument> before, List<ConnectorGroupDocument> after, List<ConnectorGroupDocument> kept)
    {
        var old = before.ToDictionary(static group => group.Name!, StringComparer.OrdinalIgnoreCase);
        foreach (var group in after)
        {
            var isNamed = !kept.Contains(group);
            Compare(old.Remove(group.Name!, out var known) ? StoredDocuments.Write(known) : null, StoredDocuments.Write(group), NameOf(group), isNamed);
        }

        Remove(old.Values.Select(NameOf));
    }

    public void Compare(List<StoredApplication> before, List<ApplicationDocument> named, bool prune)
    {
        var old = before.ToDictionary(static app => app.Document.Id!, static app => app.Document, StringComparer.OrdinalIgnoreCase);
        foreach (var app in named)
        {
            Compare(old.Remove(app.Id!, out var known) ? StoredDocuments.Write(known) : null, StoredDocuments.Write(app), NameOf(app), isNamed: true);
        }

        if (prune)
        {
            Remove(old.Values.Select(NameOf));
        }
    }

    /// <param name="named">Those of the file.</param>
    public void Compare(PolicyDocuments before, PolicyDocuments named, bool prunesPolicies, bool prunesLocations)
    {
        Compare(before.Policies, named.Policies, static policy => policy.Id!, NameOf, StoredDocuments.Write, prunesPolicies);
        Compare(before.Locations, named.Locations, static location => location.Id!, NameOf, StoredDocuments.Write, prunesLocations);
    }

    private void Compare<T>(List<T> before, List<T> named, Func<T, string> idOf, Func<T, string> nameOf, Func<T, string> write, bool prune)
    {
        var old = before.ToDictionary(idOf, StringComparer.OrdinalIgnoreCase);
        foreach (var document in named)
        {
            Compare(old.Remove(idOf(document), out var known) ? write(known) : null, write(document), nameOf(document), isNamed: true);
        }

        if (prune)
        {
            Remove(old.Values.Select(nameOf));
        }
    }

    private void Compare(string? before, string after, string subject, bool isNamed)
    {
        if (before is null)
        {
            Differences.Add(new Difference(DifferenceKind.Added, subject, DocumentComparer.Describe(after)));
        }
        else if (DocumentComparer.Compare(before, after) is { IsEmpty: false } details)
        {
            Differences.Add(new Difference(DifferenceKind.Changed, subject, details));
        }
        else if (isNamed)
        {
            Unchanged++;
        }
    }

    private void Remove(IEnumerable<string> subjects) => Differences.AddRange(subjects.Select(static subject => new Difference(DifferenceKind.Removed, subject, ImmutableArray<string>.Empty)));
}

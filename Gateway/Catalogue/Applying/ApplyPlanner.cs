using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Reading.Policies;
using AppProxy.Gateway.Catalogue.Storage;

namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>
/// Plans how a file is applied:
/// <para>1. read the file;</para>
/// <para>2. lay its groups over the store's, then its apps;</para>
/// <para>3. check the whole, as if it were one file;</para>
/// <para>4. say what differs.</para>
/// </summary>
internal sealed class ApplyPlanner(byte[] json, string source, IReadOnlyCollection<string> ownHosts, bool prune, string? folder = null, bool? canSignIn = null)
{
    /// <summary>Plans for what the store holds.</summary>
    /// <exception cref="CatalogueException">Every mistake in the file, or in what it would make of the store.</exception>
    public ApplyPlan Plan(StoredCatalogue stored)
    {
        // 1.
        var findings = new Findings();
        var document = DocumentReader.Read(json, CatalogueJsonContext.Default.CatalogueDocument, findings);
        if (document is null)
        {
            throw new CatalogueException(source, findings.Problems);
        }

        IconFiles.Embed(document, folder, findings);

        // 2.
        var (groups, keptGroups) = MergeGroups(stored.ConnectorGroups, document.ConnectorGroups);
        var kept = stored.Applications.ToDictionary(static app => app.Document.Id!, StringComparer.OrdinalIgnoreCase);
        var named = new List<(ApplicationDocument? Document, string Path)>();
        foreach (var (application, index) in (document.Applications ?? []).Select(static (application, index) => (application, index)))
        {
            var path = $"$.applications[{index}]";
            RemoveKeys(application?.OnPremisesPublishing, path + ".onPremisesPublishing", findings);
            named.Add((application is null ? null : Complete(application, kept, groups), path));
        }

        // What a file is silent about is somebody else's to say.
        var prunesApplications = prune && document.Applications is not null;
        var prunesPolicies = prune && document.ConditionalAccessPolicies is not null;
        var prunesLocations = prune && document.NamedLocations is not null;
        var unnamed = prunesApplications ? [] : kept.Values.ToList();
        var keptPolicies = prunesPolicies ? [] : Unnamed(stored.Policies.Policies, document.ConditionalAccessPolicies, static policy => policy?.Id);
        var keptLocations = prunesLocations ? [] : Unnamed(stored.Policies.Locations, document.NamedLocations, static location => location?.Id);
        var policies = new PolicyDocuments([.. document.ReadPolicies().Policies, .. keptPolicies], [.. document.ReadPolicies().Locations, .. keptLocations]);

        // 3. What the store held comes first, so that a conflict is a mistake of the file.
        var all = unnamed.Select(static app => ((ApplicationDocument?)app.Document, app.Path, 0L)).Concat(named.Select(static app => (app.Document, app.Path, 0L)));
        var reading = CatalogueReader.Read(groups, all, policies, ownHosts, CatalogueSnapshot.Empty, 0, findings, canSignIn ?? true);
        if (!reading.Problems.IsEmpty)
        {
            throw new CatalogueException(source, reading.Problems);
        }

        if (canSignIn is null && reading.Snapshot!.Apps.FirstOrDefault(static app => app.ExternalAuthenticationType == ExternalAuthenticationType.AadPreAuthentication) is { } signingIn)
        {
            findings.Notice("$", $"people shall sign in to '{signingIn.DisplayName}': a gateway without Gateway:SignIn:Authority and without Gateway:Directory:IsEnabled refuses this store, and none is configured here to ask");
        }

        // 4.
        var applications = named.Select(static app => app.Document!).ToList();
        var comparison = new CatalogueComparison();
        comparison.Compare(stored.ConnectorGroups, groups, keptGroups);
        comparison.Compare(stored.Applications, applications, prunesApplications);
        comparison.Compare(stored.Policies, document.ReadPolicies(), prunesPolicies, prunesLocations);
        return new ApplyPlan(
            groups,
            [.. unnamed.Select(static app => app.Document), .. applications],
            policies,
            [.. comparison.Differences],
            comparison.Unchanged,
            [
                .. document.ConnectorGroups is null ? [] : keptGroups.Select(static group => CatalogueComparison.NameOf(group)),
                .. document.Applications is null ? [] : unnamed.Select(static app => CatalogueComparison.NameOf(app.Document)),
                .. document.ConditionalAccessPolicies is null ? [] : keptPolicies.Select(static policy => CatalogueComparison.NameOf(policy)),
                .. document.NamedLocations is null ? [] : keptLocations.Select(static location => CatalogueComparison.NameOf(location)),
            ],
            [.. findings.Notices.Where(static notice => notice.Path.StartsWith('$'))]);
    }

    /// <summary>What the store holds, and the file does not name.</summary>
    private static List<T> Unnamed<T>(List<T> stored, List<T>? inFile, Func<T?, string?> idOf)
        => [.. stored.Where(known => inFile?.Exists(document => IsSame(idOf(document), idOf(known))) != true)];

    /// <summary>All groups there shall be, and those among them that the file does not name.</summary>
    private (List<ConnectorGroupDocument> All, List<ConnectorGroupDocument> Kept) MergeGroups(List<ConnectorGroupDocument> stored, List<ConnectorGroupDocument>? inFile)
    {
        if (inFile is null)
        {
            // A file without groups says nothing about them; where there are none there is the one that every file without groups has.
            return stored.Count > 0 ? (stored, stored) : ([new ConnectorGroupDocument { Name = "default", IsDefault = true }], []);
        }

        foreach (var group in inFile.Where(static group => group?.Name is not null))
        {
            group.Name = stored.Find(known => IsSame(known.Name, group.Name))?.Name ?? group.Name;
            // Who is in it is for Graph to say; connectors say it themselves here.
            group.Members = null;
            group.Applications = null;
        }

        var kept = prune ? [] : stored.Where(known => !inFile.Exists(group => IsSame(group?.Name, known.Name))).ToList();
        if (inFile.Exists(static group => group?.IsDefault is true))
        {
            kept = [.. kept.Select(static group => group.IsDefault is true
                ? new ConnectorGroupDocument { Id = group.Id, Name = group.Name, ConnectorGroupType = group.ConnectorGroupType, Region = group.Region }
                : group)];
        }

        // The file's come first: their numbers are their places in it.
        return ([.. inFile, .. kept], kept);
    }

    /// <summary>Gives an app of the file what makes it whole in the store. Takes the one with its id out of <paramref name="kept"/>.</summary>
    private static ApplicationDocument Complete(ApplicationDocument application, Dictionary<string, StoredApplication> kept, List<ConnectorGroupDocument> groups)
    {
        var id = application.Id ?? (AppUrl.TryParse(application.OnPremisesPublishing?.ExternalUrl, out var url) ? AppId.Make(url) : null);
        if (id is not null && kept.Remove(id, out var known))
        {
            application.Id = known.Document.Id;
            // A file that leaves assignments out leaves them to others.
            application.AppRoleAssignedTo ??= known.Document.AppRoleAssignedTo;
        }
        else
        {
            application.Id = id;
        }

        application.ConnectorGroup = groups.Find(group => IsSame(group?.Name, application.ConnectorGroup))?.Name ?? application.ConnectorGroup;
        return application;
    }

    /// <summary>An apps file, and what is exported of it, goes through many hands: keys have a way of their own.</summary>
    private static void RemoveKeys(OnPremisesPublishingDocument? publishing, string path, Findings findings)
    {
        if (publishing?.VerifiedCustomDomainKeyCredential is not null || publishing?.VerifiedCustomDomainPasswordCredential is not null)
        {
            findings.Notice(path + ".verifiedCustomDomainKeyCredential", "is not kept: lay it into Gateway:Certificates:Folder, or keep it in the store: certificates add -f …");
            publishing.VerifiedCustomDomainKeyCredential = null;
            publishing.VerifiedCustomDomainPasswordCredential = null;
        }
    }

    private static bool IsSame(string? name, string? other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);
}

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks external URLs: what belongs to the gateway stays its own, and each has one owner.</summary>
internal sealed class ExternalUrlReader(IEnumerable<string> ownHosts, Findings findings)
{
    private readonly HashSet<string> _ownHosts = new(ownHosts.Select(Authority.Normalize), StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

    /// <summary>The URL, or null after reporting what is wrong with it.</summary>
    public AppUrl? Read(string? value, string path)
    {
        var url = UrlRules.Read(value, path, findings);
        if (url is null)
        {
            return null;
        }

        // A wildcard above it does no harm: the matcher keeps the gateway's own hosts out of those.
        if (!url.IsWildcard && _ownHosts.Contains(url.Host))
        {
            findings.Problem(path, $"'{url.Host}' is the gateway's own host: give the app another one");
        }

        if (url.Path.StartsWith("/.appproxy/", StringComparison.OrdinalIgnoreCase))
        {
            findings.Problem(path, "the path /.appproxy/ belongs to the gateway on every host");
        }

        // A server may take an escaped slash for a slash or not: a prefix with one could not be matched surely.
        if (value!.Contains("%2f", StringComparison.OrdinalIgnoreCase) || url.Path.Contains('%', StringComparison.Ordinal) || url.Path.Contains('\\', StringComparison.Ordinal))
        {
            findings.Problem(path, "the path must not contain an escaped '/', a '%' or a '\\'");
        }

        return url;
    }

    /// <summary>Reports a URL that another app has too.</summary>
    /// <param name="owner">The app, as people know it.</param>
    public void Claim(AppUrl url, string owner, string path)
    {
        if (_owners.TryAdd(url.Claim, owner))
        {
            return;
        }

        findings.Problem(path, _owners[url.Claim] == owner
            ? $"'{url}' is given twice for this app: keep one"
            : $"'{url}' is an external URL of {_owners[url.Claim]} too: each app needs its own");
    }
}

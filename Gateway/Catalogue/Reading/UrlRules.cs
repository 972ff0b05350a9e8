namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>What holds for external and internal URLs alike.</summary>
internal static class UrlRules
{
    /// <summary>The URL, or null after reporting what is wrong with it.</summary>
    public static AppUrl? Read(string? value, string path, Findings findings)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            findings.Problem(path, "is missing: give an absolute URL, such as https://hr.example.com/");
        }
        else if (!AppUrl.TryParse(value, out var url))
        {
            findings.Problem(path, value.Contains('*', StringComparison.Ordinal)
                ? $"'{WithoutUser(value)}': a star may only be the whole first label of a name, as in https://*.apps.example.com/"
                : $"'{WithoutUser(value)}' must be an absolute http or https URL, such as https://hr.example.com/");
        }
        else if (HasUser(value))
        {
            findings.Problem(path, "must not carry a user name or password");
        }
        else if (value.Contains('?', StringComparison.Ordinal) || value.Contains('#', StringComparison.Ordinal))
        {
            findings.Problem(path, "must end with its path: take off the query and the fragment");
        }
        else if (!url.Path.EndsWith('/'))
        {
            findings.Problem(path, $"must end with '/': write {url}/");
        }
        else
        {
            return url;
        }

        return null;
    }

    /// <summary>Each host that an external wildcard covers has an internal one of its own.</summary>
    public static void CheckWildcards(AppUrl externalUrl, AppUrl internalUrl, AppUrl? alternateUrl, string path, Findings findings)
    {
        if (externalUrl.IsWildcard != internalUrl.IsWildcard)
        {
            findings.Problem(path + ".internalUrl", $"'{internalUrl}' with external URL '{externalUrl}': both have a wildcard or none has, as https://*.apps.example.com/ with http://*.corp.example/");
        }

        if (alternateUrl is not null && alternateUrl.IsWildcard != externalUrl.IsWildcard)
        {
            findings.Problem(path + ".alternateUrl", $"'{alternateUrl}' with external URL '{externalUrl}': both have a wildcard or none has");
        }
    }

    private static bool HasUser(string value) => Authority(value).Contains('@');

    /// <summary>What is wrong may hold a password all the same.</summary>
    private static string WithoutUser(string value)
    {
        var at = Authority(value).LastIndexOf('@');
        return at < 0 ? value : "…" + value[(StartOf(value) + at)..];
    }

    private static int StartOf(string value) => value.IndexOf(Uri.SchemeDelimiter, StringComparison.Ordinal) is var scheme and >= 0 ? scheme + Uri.SchemeDelimiter.Length : 0;

    private static ReadOnlySpan<char> Authority(string value)
    {
        var rest = value.AsSpan(StartOf(value));
        return rest.IndexOfAny("/?#\\") is var end and >= 0 ? rest[..end] : rest;
    }
}

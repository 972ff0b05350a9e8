namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>What holds for external and internal URLs alike.</summary>
internal static class UrlRules
{
    /// <summary>The URL, or null after reporting what is wrong with it.</summary>
    public static Uri? Read(string? value, string path, Findings findings)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            findings.Problem(path, "is missing: give an absolute URL, such as https://hr.example.com/");
        }
        else if (value.Contains('*', StringComparison.Ordinal))
        {
            findings.Problem(path, "has a wildcard, which does not exist yet in this version: name the host");
        }
        else if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            findings.Problem(path, $"'{value}' must be an absolute http or https URL, such as https://hr.example.com/");
        }
        else if (url.UserInfo.Length > 0)
        {
            findings.Problem(path, "must not carry a user name or password");
        }
        else if (value.Contains('?', StringComparison.Ordinal) || value.Contains('#', StringComparison.Ordinal))
        {
            findings.Problem(path, "must end with its path: take off the query and the fragment");
        }
        else if (!url.AbsolutePath.EndsWith('/'))
        {
            findings.Problem(path, $"must end with '/': write {url}/");
        }
        else
        {
            return url;
        }

        return null;
    }
}

using System.Globalization;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Strict-Transport-Security (RFC 6797) of an app's host, in place of what the app says.</summary>
internal sealed record HstsPolicy(int MaxAgeInSeconds, bool IncludeSubDomains, bool Preload)
{
    /// <summary>The field's value.</summary>
    public string Value { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"max-age={MaxAgeInSeconds}{(IncludeSubDomains ? "; includeSubDomains" : "")}{(Preload ? "; preload" : "")}");
}

using System.Collections.Frozen;

namespace AppProxy.Gateway.Relay.Origin;

/// <summary>
/// Fields by which proxies tell apps who somebody is, and what was asked for by which way: ours, and those that apps are known to believe. No client may say them. Apps that get fields as
/// CGI variables cannot tell <c>-</c> from <c>_</c>, so they are equal here.
/// </summary>
internal static class IdentityFields
{
    private static readonly FrozenSet<string> Names = new[]
    {
        "Forwarded", "X-Real-Ip", "X-Original-Url", "X-Rewrite-Url",
        "Remote-User", "Remote-Name", "Remote-Email", "Remote-Groups", "X-Remote-User", "X-Remote-Group", "X-Remote-Groups",
        "X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Groups", "X-Auth-Request-Preferred-Username", "X-Auth-Request-Access-Token",
        "X-Webauth-User", "X-Webauth-Name", "X-Webauth-Email", "X-Webauth-Role", "X-Authenticated-User", "X-Authenticated-Userid",
        "X-Goog-Authenticated-User-Email", "X-Goog-Authenticated-User-Id", "X-Goog-Iap-Jwt-Assertion",
        "X-Amzn-Oidc-Identity", "X-Amzn-Oidc-Data", "X-Amzn-Oidc-Accesstoken", "Cf-Access-Authenticated-User-Email", "Cf-Access-Jwt-Assertion",
        "Sm-User", "Sm-Userdn", "Iv-User", "Iv-Groups", "Iv-Creds", "X-Arr-Clientcert", "X-Client-Cert", "Client-Cert", "Client-Cert-Chain",
    }.ToFrozenSet(FieldNameComparer.Instance);

    private static readonly string[] Families = ["X-Forwarded-", "AppProxy-", "X-Appproxy-", "X-Ms-Client-Principal", "X-Ms-Token-", "X-Ssl-Client-", "Ssl-Client-", "Oidc-Claim-"];

    /// <summary>Whether only we may say this.</summary>
    /// <remarks>Asked for each field of each request: few begin as one of these.</remarks>
    public static bool AreIn(string name) => (name[0] | 0x20) switch
    {
        'a' or 'o' => IsOfFamily(name),
        'x' or 's' => IsOfFamily(name) || Names.Contains(name),
        'c' or 'f' or 'i' or 'r' => Names.Contains(name),
        _ => false,
    };

    private static bool IsOfFamily(string name)
    {
        foreach (var family in Families)
        {
            if (name.Length >= family.Length && FieldNameComparer.AreEqual(name.AsSpan(0, family.Length), family))
            {
                return true;
            }
        }

        return false;
    }
}

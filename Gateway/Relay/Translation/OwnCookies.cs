namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Names of cookies that are the gateway's own on every host: no app can set one (DESIGN.md section 6).</summary>
internal static class OwnCookies
{
    private const string Prefix = "AppProxy";

    public static bool IsOurs(ReadOnlySpan<char> name)
    {
        // What a browser promises of a name does not make it another's.
        name = name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) ? name["__Host-".Length..]
            : name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase) ? name["__Secure-".Length..]
            : name;
        return name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
    }
}

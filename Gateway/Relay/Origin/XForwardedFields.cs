using Microsoft.Extensions.Primitives;

namespace AppProxy.Gateway.Relay.Origin;

/// <summary>Reads <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c>: lists that each proxy adds to at the end.</summary>
internal static class XForwardedFields
{
    public const string For = "X-Forwarded-For";

    public const string Proto = "X-Forwarded-Proto";

    public const string Host = "X-Forwarded-Host";

    public const string Prefix = "X-Forwarded-Prefix";

    /// <summary>The hops, the client's first.</summary>
    public static List<ForwardedHop> Read(IHeaderDictionary headers)
    {
        var addresses = Split(headers[For]);
        var schemes = Split(headers[Proto]);
        var hosts = Split(headers[Host]);
        var hops = new List<ForwardedHop>();
        var count = Math.Max(addresses.Count, schemes.Count + hosts.Count > 0 ? 1 : 0);
        for (var i = count; i > 0; i--)
        {
            // From the end: a proxy that says it once, and not along the list, means the client.
            hops.Add(new ForwardedHop(addresses.Count >= i ? addresses[^i] : null, At(schemes, i), At(hosts, i)));
        }

        return hops;
    }

    private static string? At(List<string> values, int fromEnd) => values.Count == 0 ? null : values[^Math.Min(fromEnd, values.Count)];

    private static List<string> Split(StringValues values)
    {
        var all = new List<string>();
        foreach (var value in values)
        {
            all.AddRange((value ?? "").Split(',', StringSplitOptions.TrimEntries));
        }

        return all;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace AppProxy.Gateway.Catalogue;

/// <summary>The parts of an authority (RFC 3986 section 3.2, without user information), as spans.</summary>
internal static class Authority
{
    /// <summary>Splits "host", "host:port", "[v6]" and "[v6]:port".</summary>
    public static bool TrySplit(ReadOnlySpan<char> value, out ReadOnlySpan<char> host, out int? port)
    {
        host = value;
        port = null;
        var colon = value.LastIndexOf(':');
        if (colon < 0 || value.EndsWith("]"))
        {
            return !value.IsEmpty;
        }

        if (!ushort.TryParse(value[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        host = value[..colon];
        port = number;
        return !host.IsEmpty;
    }

    /// <summary>Takes off an IPv6 address' brackets, or the dot that ends a fully qualified name.</summary>
    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> host)
    {
        if (host is ['[', .., ']'])
        {
            return host[1..^1];
        }

        return host is [.., '.'] ? host[..^1] : host;
    }

    /// <summary>The name as DNS has it (IDNA).</summary>
    public static bool TryGetAscii(ReadOnlySpan<char> host, [NotNullWhen(true)] out string? ascii)
    {
        try
        {
            // Lower case first: without ICU the mapping leaves case alone.
            ascii = new IdnMapping().GetAscii(host.ToString().ToLowerInvariant());
            return true;
        }
        catch (ArgumentException)
        {
            // A name that IDNA does not allow is no host of ours.
            ascii = null;
            return false;
        }
    }
}

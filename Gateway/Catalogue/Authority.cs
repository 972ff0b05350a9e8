using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace AppProxy.Gateway.Catalogue;

/// <summary>The parts of an authority (RFC 3986 section 3.2, without user information), as spans.</summary>
internal static class Authority
{
    /// <summary>Longest name (RFC 1035 section 2.3.4), a colon and a port.</summary>
    public const int MaxLength = MaxHost + 6;

    private const int MaxHost = 255;

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

    /// <summary>A host as names are compared: lower case ASCII, no trailing dot, no brackets.</summary>
    public static string Normalize(string host) => TryGetAscii(Trim(host), out var ascii) ? ascii : host.ToLowerInvariant();

    /// <summary>Writes "name:port" with the name as <see cref="Normalize"/> has it. Allocates only for a name that is not ASCII.</summary>
    /// <param name="host">Trimmed.</param>
    /// <param name="destination"><see cref="MaxLength"/> characters.</param>
    public static bool TryNormalize(ReadOnlySpan<char> host, int port, Span<char> destination, out int hostLength, out int length)
    {
        length = 0;
        hostLength = 0;
        if (host.IsEmpty || host.Length > MaxHost)
        {
            return false;
        }

        if (System.Text.Ascii.ToLower(host, destination, out hostLength) != OperationStatus.Done)
        {
            if (!TryGetAscii(host, out var ascii) || ascii.Length > MaxHost)
            {
                return false;
            }

            ascii.CopyTo(destination);
            hostLength = ascii.Length;
        }

        destination[hostLength] = ':';
        _ = port.TryFormat(destination[(hostLength + 1)..], out var digits, default, CultureInfo.InvariantCulture);
        length = hostLength + 1 + digits;
        return true;
    }
}

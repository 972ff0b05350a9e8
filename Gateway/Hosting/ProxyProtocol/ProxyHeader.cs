using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AppProxy.Gateway.Hosting.ProxyProtocol;

/// <summary>
/// Reads the header by which a proxy says for whom it connected (HAProxy's "The PROXY protocol", versions 1 and 2), whole or not at all.
/// <code>
/// 1: PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n                      107 octets at most
/// 2: 0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A | 2 cmd | family, protocol | length (2) | addresses, TLVs
/// </code>
/// </summary>
internal static class ProxyHeader
{
    /// <summary>Addresses take 216 octets at most; the rest is for TLVs, which nobody here reads.</summary>
    public const int MaxLength = 4096;

    private const int MaxTextLength = 107;
    private const int FixedLength = 16;
    private const byte Local = 0x20;
    private const byte Proxied = 0x21;
    private const byte Tcp4 = 0x11;
    private const byte Tcp6 = 0x21;

    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    private static ReadOnlySpan<byte> Text => "PROXY "u8;

    /// <summary>Reads from what has come so far.</summary>
    /// <param name="octets">From the connection's beginning.</param>
    /// <param name="client">The client, or null where the proxy speaks for itself or does not say.</param>
    /// <param name="length">Octets of the header.</param>
    public static ProxyHeaderState Read(ReadOnlySpan<byte> octets, out IPEndPoint? client, out int length)
    {
        client = null;
        length = 0;
        if (Begins(octets, Signature))
        {
            return octets.Length < FixedLength ? ProxyHeaderState.Incomplete : ReadBinary(octets, out client, out length);
        }

        if (Begins(octets, Text))
        {
            return ReadText(octets, out client, out length);
        }

        return ProxyHeaderState.Invalid;
    }

    private static bool Begins(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> with) =>
        octets.Length < with.Length ? with.StartsWith(octets) : octets.StartsWith(with);

    private static ProxyHeaderState ReadBinary(ReadOnlySpan<byte> octets, out IPEndPoint? client, out int length)
    {
        client = null;
        length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(octets[14..]);
        if (length > MaxLength || octets[12] is not (Local or Proxied))
        {
            return ProxyHeaderState.Invalid;
        }

        var addressLength = (octets[12], octets[13]) switch
        {
            (Proxied, Tcp4) => 4,
            (Proxied, Tcp6) => 16,

            // Health checks, datagrams and Unix sockets: there is no client to be known by an address.
            _ => 0,
        };
        if (length - FixedLength < (addressLength == 0 ? 0 : (2 * addressLength) + 4))
        {
            return ProxyHeaderState.Invalid;
        }

        if (octets.Length < length)
        {
            return ProxyHeaderState.Incomplete;
        }

        if (addressLength > 0)
        {
            var addresses = octets[FixedLength..];
            client = new IPEndPoint(new IPAddress(addresses[..addressLength]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * addressLength)..]));
        }

        return ProxyHeaderState.Complete;
    }

    private static ProxyHeaderState ReadText(ReadOnlySpan<byte> octets, out IPEndPoint? client, out int length)
    {
        client = null;
        length = octets.IndexOf("\r\n"u8) + 2;
        if (length < 2 || length > MaxTextLength)
        {
            return length < 2 && octets.Length < MaxTextLength ? ProxyHeaderState.Incomplete : ProxyHeaderState.Invalid;
        }

        var line = Encoding.Latin1.GetString(octets[..(length - 2)]);
        if (line == "PROXY UNKNOWN" || line.StartsWith("PROXY UNKNOWN ", StringComparison.Ordinal))
        {
            return ProxyHeaderState.Complete;
        }

        var parts = line.Split(' ');
        var family = parts[1] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unknown,
        };
        if (parts.Length != 6 || !TryReadAddress(parts[2], family, out var source) || !TryReadAddress(parts[3], family, out _)
            || !TryReadPort(parts[4], out var port) || !TryReadPort(parts[5], out _))
        {
            return ProxyHeaderState.Invalid;
        }

        client = new IPEndPoint(source, port);
        return ProxyHeaderState.Complete;
    }

    /// <summary>In the usual form only: "1" and "0x7f.1" are addresses for the system too, and a scope is none of a client's.</summary>
    private static bool TryReadAddress(string text, AddressFamily family, out IPAddress address) =>
        IPAddress.TryParse(text, out address!)
        && address.AddressFamily == family
        && (family == AddressFamily.InterNetworkV6 ? !text.AsSpan().ContainsAny("%[]/") : address.ToString() == text);

    private static bool TryReadPort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && (text.Length == 1 || text[0] != '0');
}

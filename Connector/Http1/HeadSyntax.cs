using System.Buffers;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Http1;

/// <summary>Lines of a head (RFC 9112 sections 3 and 5).</summary>
internal static class HeadSyntax
{
    /// <summary>Everything that ends or breaks a request line: controls, space, DEL.</summary>
    private static readonly SearchValues<byte> NotInTarget =
        SearchValues.Create([.. Enumerable.Range(0, 0x21).Select(static octet => (byte)octet), 0x7f]);

    public static bool IsTarget(ReadOnlySpan<byte> octets) => !octets.IsEmpty && !octets.ContainsAny(NotInTarget);

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value) => value.Trim(" \t"u8);

    /// <summary>Reads a line without its CRLF.</summary>
    public static Http1Error TryRead(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return Http1Error.Folding;
        }

        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || !FieldSyntax.IsToken(line[..colon]))
        {
            return Http1Error.FieldName;
        }

        name = line[..colon];
        value = Trim(line[(colon + 1)..]);
        return FieldSyntax.IsValue(value) ? Http1Error.None : value.Contains((byte)'\r') ? Http1Error.LineEnd : Http1Error.FieldValue;
    }
}

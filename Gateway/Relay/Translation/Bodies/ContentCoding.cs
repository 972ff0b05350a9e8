using System.IO.Compression;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>The content codings that are undone and done again (RFC 9110 section 8.4.1).</summary>
internal enum ContentCoding
{
    Identity,
    Gzip,

    /// <summary>zlib's format; without its header as well, as some servers send it.</summary>
    Deflate,
    Brotli,

    /// <summary>Any other, and several in a row.</summary>
    Unknown,
}

/// <summary>Names, and streams for them.</summary>
internal static class ContentCodings
{
    public static ContentCoding Parse(string? value) => value?.Trim().ToLowerInvariant() switch
    {
        null or "" or "identity" => ContentCoding.Identity,
        "gzip" or "x-gzip" => ContentCoding.Gzip,
        "deflate" => ContentCoding.Deflate,
        "br" => ContentCoding.Brotli,
        _ => ContentCoding.Unknown,
    };

    /// <summary>What of Accept-Encoding an app may choose from: what we can undo.</summary>
    public static string Accepted(string accepted)
    {
        var known = accepted.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(static coding => Parse(coding.Split(';')[0]) != ContentCoding.Unknown)
            .ToArray();
        return known.Length == 0 ? "identity" : string.Join(", ", known);
    }

    public static async ValueTask<(Stream Source, bool HasHeader)> DecodeAsync(ContentCoding coding, ExchangeBodyStream body)
    {
        switch (coding)
        {
            case ContentCoding.Gzip:
                return (new GZipStream(body, CompressionMode.Decompress), true);
            case ContentCoding.Brotli:
                return (new BrotliStream(body, CompressionMode.Decompress), true);
            case ContentCoding.Deflate:
                // RFC 1950 section 2.2: method 8, and a checksum of the two octets.
                var start = await body.PeekAsync(2);
                var hasHeader = start.Length == 2 && (start.Span[0] & 0x0F) == 8 && ((start.Span[0] << 8) | start.Span[1]) % 31 == 0;
                return (hasHeader ? new ZLibStream(body, CompressionMode.Decompress) : new DeflateStream(body, CompressionMode.Decompress), hasHeader);
            default:
                return (body, true);
        }
    }

    /// <summary>Null for no coding. The fastest level: the app's own may have been made once for all, ours is made each time.</summary>
    public static Stream? Encode(ContentCoding coding, bool hasHeader, Stream output) => coding switch
    {
        ContentCoding.Gzip => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
        ContentCoding.Brotli => new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true),
        ContentCoding.Deflate when hasHeader => new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true),
        ContentCoding.Deflate => new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true),
        _ => null,
    };
}

using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// A response's body in HTTP/1.1's chunks (RFC 9112 section 7.1), framed here because Kestrel writes no trailers in HTTP/1.1: it leaves
/// the framing to whoever sets Transfer-Encoding himself.
/// </summary>
internal static class ChunkedBody
{
    /// <summary>"40000000" and the line's end.</summary>
    private const int MaxSizeLine = 10;

    /// <summary>Whether the response is framed here: an unknown length, on a connection that knows chunks, and trailers that have come or may still.</summary>
    public static bool IsNeeded(HttpContext context, InboundBody body)
    {
        var response = context.Response;
        return HttpProtocol.IsHttp11(context.Request.Protocol)
            && response.ContentLength is null
            && response.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
            && !HttpMethods.IsHead(context.Request.Method)
            && (!body.IsComplete || body.Trailers is not null);
    }

    public static void Write(PipeWriter client, ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            // That would be the last chunk.
            return;
        }

        var line = client.GetSpan(MaxSizeLine);
        octets.Length.TryFormat(line, out var written, "x", CultureInfo.InvariantCulture);
        "\r\n"u8.CopyTo(line[written..]);
        client.Advance(written + 2);
        client.Write(octets);
        client.Write("\r\n"u8);
    }

    /// <summary>Writes the last chunk, and the trailers of that section.</summary>
    public static void WriteEnd(PipeWriter client, ReadOnlySpan<byte> trailers)
    {
        client.Write("0\r\n"u8);
        if (FieldLines.TryRead(trailers, out var lines) == FrameError.None)
        {
            foreach (var line in lines)
            {
                // What Kestrel checks where it writes fields: nothing here may end a line early.
                if (TrailerNames.MayPass(line.Name) && FieldSyntax.IsToken(line.Name) && FieldSyntax.IsValue(line.Value))
                {
                    client.Write(line.Name);
                    client.Write(": "u8);
                    client.Write(line.Value);
                    client.Write("\r\n"u8);
                }
            }
        }

        client.Write("\r\n"u8);
    }
}

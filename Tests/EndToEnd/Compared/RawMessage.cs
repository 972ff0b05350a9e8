using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>One HTTP/1.1 message as it stood on the wire, one character an octet, with its framing taken off the body.</summary>
/// <param name="Head">Start line and field lines.</param>
/// <param name="Framing">How the body's end is said: <c>none</c>, <c>length</c>, <c>chunked</c> or <c>close</c>; <c>broken</c> when it never came.</param>
/// <param name="Body">The body.</param>
/// <param name="Trailers">Field lines behind it.</param>
/// <param name="Interim">Status lines of interim responses before it.</param>
internal sealed partial record RawMessage(string Head, string Framing, string Body, string Trailers, string Interim)
{
    public string StartLine => Head.Split("\r\n", 2)[0];

    public static async Task<RawMessage> ReadRequestAsync(Stream connection, CancellationToken cancellationToken)
    {
        var head = await RawApp.ReadHeadAsync(connection, cancellationToken);
        return await ReadBodyAsync(connection, head, "", hasBody: true, isResponse: false, cancellationToken);
    }

    /// <summary>Reads a response, with what goes before it.</summary>
    public static async Task<RawMessage> ReadResponseAsync(Stream connection, string method, CancellationToken cancellationToken)
    {
        var interim = "";
        while (true)
        {
            var head = await RawApp.ReadHeadAsync(connection, cancellationToken);
            var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
            if (status is < 200 and not 101)
            {
                interim += head[9..12] + " ";
                continue;
            }

            return await ReadBodyAsync(connection, head, interim, method != "HEAD" && status is not (204 or 304 or 101), isResponse: true, cancellationToken);
        }
    }

    /// <summary>Values of each field by its name as it was written; the lines of one name in their order.</summary>
    public static IEnumerable<(string Name, string Value)> Fields(string lines) => lines.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
        .Select(static line => line.Split(':', 2))
        .Where(static line => line.Length == 2)
        .Select(static line => (line[0], line[1].Trim(' ', '\t')));

    private static async Task<RawMessage> ReadBodyAsync(
        Stream connection, string head, string interim, bool hasBody, bool isResponse, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var framing = !hasBody ? "none"
            : Chunked().IsMatch(head) ? "chunked"
            : Length().Match(head) is { Success: true } ? "length"
            : isResponse ? "close" : "none";
        var trailers = "";
        try
        {
            switch (framing)
            {
                case "chunked":
                    trailers = await ReadChunksAsync(connection, body, cancellationToken);
                    break;
                case "length":
                    await CopyAsync(connection, body, int.Parse(Length().Match(head).Groups[1].Value, CultureInfo.InvariantCulture), cancellationToken);
                    break;
                case "close":
                    await connection.CopyToAsync(body, cancellationToken);
                    break;
            }
        }
        catch (IOException)
        {
            framing = "broken";
        }

        return new RawMessage(head, framing, Encoding.Latin1.GetString(body.ToArray()), trailers, interim);
    }

    private static async Task<string> ReadChunksAsync(Stream connection, MemoryStream body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await ReadLineAsync(connection, cancellationToken);
            var size = int.Parse(line.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                break;
            }

            await CopyAsync(connection, body, size, cancellationToken);
            if ((await ReadLineAsync(connection, cancellationToken)).Length > 0)
            {
                throw new IOException("A chunk is longer than its size.");
            }
        }

        var trailers = new StringBuilder();
        for (var line = ""; (line = await ReadLineAsync(connection, cancellationToken)).Length > 0;)
        {
            trailers.Append(line).Append("\r\n");
        }

        return trailers.ToString();
    }

    private static async Task CopyAsync(Stream connection, MemoryStream body, int count, CancellationToken cancellationToken)
    {
        var octets = new byte[Math.Min(count, 16 * 1024)];
        while (count > 0)
        {
            var read = await connection.ReadAsync(octets.AsMemory(0, Math.Min(count, octets.Length)), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            body.Write(octets, 0, read);
            count -= read;
        }
    }

    private static async Task<string> ReadLineAsync(Stream connection, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var octet = new byte[1];
        while (line.Length < 2 || line[^1] != '\n')
        {
            await connection.ReadExactlyAsync(octet, cancellationToken);
            line.Append((char)octet[0]);
        }

        return line.ToString(0, line.Length - 2);
    }

    [GeneratedRegex(@"^transfer-encoding:[ \t]*chunked[ \t]*\r$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Chunked();

    [GeneratedRegex(@"^content-length:[ \t]*(\d+)[ \t]*\r$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Length();
}

using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AppProxy.Tests.EndToEnd.Smuggling;

/// <summary>A client of HTTP/2 that writes field lines as they are, right or wrong, and says how its one request ended.</summary>
internal sealed class RawHttp2Connection(NetworkStream connection) : IAsyncDisposable
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    /// <summary>HPACK's static table has these from index 8 on.</summary>
    private static readonly string[] Statuses = ["200", "204", "206", "304", "400", "404", "500"];

    /// <summary>Sends a request on stream 1.</summary>
    public async Task SendAsync(IEnumerable<(string Name, string Value)> fields, string? body, CancellationToken cancellationToken)
    {
        using var octets = new MemoryStream();
        octets.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);

        // SETTINGS_HEADER_TABLE_SIZE 0: nothing in an answer depends on an earlier one.
        WriteFrame(octets, Settings, 0, 0, [0, 1, 0, 0, 0, 0]);
        WriteFrame(octets, Headers, (byte)(body is null ? EndHeaders | EndStream : EndHeaders), 1, Encode(fields));
        if (body is not null)
        {
            WriteFrame(octets, Data, EndStream, 1, Encoding.Latin1.GetBytes(body));
        }

        await connection.WriteAsync(octets.ToArray(), cancellationToken);
    }

    /// <summary>The status of the answer, <c>reset</c> when the stream was, or <c>closed</c> when the connection was.</summary>
    public async Task<string> ReadEndAsync(CancellationToken cancellationToken)
    {
        var head = new byte[9];
        try
        {
            while (true)
            {
                await connection.ReadExactlyAsync(head, cancellationToken);
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await connection.ReadExactlyAsync(payload, cancellationToken);
                switch (head[3])
                {
                    case Headers:
                        return Status(payload);
                    case ResetStream:
                        return "reset";
                    case GoAway:
                        return "closed";
                }
            }
        }
        catch (Exception ended) when (ended is IOException)
        {
            return "closed";
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Literals without indexing and without Huffman's code (RFC 7541 section 6.2.2).</summary>
    private static byte[] Encode(IEnumerable<(string Name, string Value)> fields)
    {
        using var block = new MemoryStream();
        foreach (var (name, value) in fields)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    private static void WriteText(MemoryStream block, string text)
    {
        const int MaxPrefix = 127;
        var rest = text.Length - MaxPrefix;
        block.WriteByte((byte)Math.Min(text.Length, MaxPrefix));
        for (; rest >= 0; rest = rest < 128 ? -1 : rest >> 7)
        {
            block.WriteByte((byte)(rest < 128 ? rest : (rest & 127) | 128));
        }

        block.Write(Encoding.Latin1.GetBytes(text));
    }

    private static void WriteFrame(MemoryStream octets, byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(head[1..], 0);
        head[0] = (byte)(payload.Length >> 16);
        head[1] = (byte)(payload.Length >> 8);
        head[2] = (byte)payload.Length;
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
        octets.Write(head);
        octets.Write(payload);
    }

    /// <summary>:status comes first, behind a change of the table's size.</summary>
    private static string Status(ReadOnlySpan<byte> block)
    {
        while ((block[0] & 0xE0) == 0x20)
        {
            block = block[1..];
        }

        if (block[0] >= 0x80)
        {
            return Statuses[(block[0] & 0x7F) - 8];
        }

        // A literal with the name of the static table's index 8.
        var length = block[1] & 0x7F;
        return (block[1] & 0x80) == 0
            ? Encoding.ASCII.GetString(block.Slice(2, length))
            : string.Create(CultureInfo.InvariantCulture, $"Huffman {Convert.ToHexString(block.Slice(2, length))}");
    }
}

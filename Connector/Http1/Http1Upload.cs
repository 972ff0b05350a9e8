using System.Buffers;
using AppProxy.Connector.Execution;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Http1;

/// <summary>Sends one request while its response may be on its way already.</summary>
internal sealed class Http1Upload(Http1Connection connection, Http1Request request)
{
    /// <summary>Pieces below this are gathered, so that many small ones go out in one send; a larger one of a body with a length goes out from where it lies.</summary>
    private const int GatherBelow = 16 * 1024;

    private const int BufferSize = 2 * FrameLimits.MaxDataLength;

    /// <summary>Room for a chunk's size, and the line ends around it and behind its octets.</summary>
    private const int ChunkRoom = 24;

    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();

    private byte[] _buffer = [];
    private int _filled;
    private int _taken;
    private long _sent;

    /// <summary>Whether the whole request is out.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Why it stopped short.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Sends it; never throws. A body that broke off takes its connection with it.</summary>
    public async Task RunAsync()
    {
        try
        {
            await SendHeadAsync();
            if (request.Body is { } body)
            {
                await SendBodyAsync(body);
            }

            IsComplete = true;
        }
        catch (RequestBodyBrokenException broken)
        {
            Failure = broken;
            connection.Stream.Abort();
        }
        catch (Exception gone) when (Http1Connection.IsGone(gone))
        {
            // The app takes no more. What it has to say may have come all the same, so the connection is left to the reader.
            Failure = gone;
        }
        finally
        {
            ReturnBuffer();
        }
    }

    private async ValueTask SendHeadAsync()
    {
        // An app that answers early ends the caller's hold on it while it is still being sent.
        request.Buffer.Retain();
        try
        {
            if (request.Body is { } body && body.TryRead(out var first))
            {
                // Head and first piece in one send.
                RentBuffer(request.Length + first.Octets.Length + ChunkRoom);
                request.Buffer.Array.AsSpan(0, request.Length).CopyTo(_buffer);
                _filled = request.Length;
                await AddAsync(body, first);
            }
            else
            {
                await connection.Stream.SendAsync(request.Buffer.Array.AsMemory(0, request.Length));
            }
        }
        finally
        {
            request.Buffer.Release();
        }
    }

    private async ValueTask SendBodyAsync(IRequestBody body)
    {
        while (true)
        {
            while (body.TryRead(out var slice))
            {
                await AddAsync(body, slice);
            }

            await FlushAsync(body);
            if (_sent == request.BodyLength)
            {
                return;
            }

            ReturnBuffer();
            if (!await body.WaitAsync())
            {
                break;
            }
        }

        if (request.BodyLength is not null)
        {
            // Less than was announced.
            throw new RequestBodyBrokenException(ExchangeFailure.ClientBodyInvalid);
        }

        await SendLastChunkAsync(body);
    }

    /// <summary>Takes one piece over, and sends what must go first.</summary>
    private async ValueTask AddAsync(IRequestBody body, BodySlice slice)
    {
        try
        {
            var octets = slice.Octets;
            _sent += octets.Length;
            if (_sent > request.BodyLength)
            {
                throw new RequestBodyBrokenException(ExchangeFailure.ClientBodyInvalid);
            }

            if (_filled + octets.Length + ChunkRoom > BufferSize)
            {
                await FlushAsync(body);
            }

            if (_filled == 0 && request.BodyLength is not null && octets.Length >= GatherBelow)
            {
                await connection.Stream.SendAsync(octets);
                body.Consume(octets.Length);
                return;
            }

            RentBuffer(_filled + octets.Length + ChunkRoom);
            Gather(octets.Span);
            _taken += octets.Length;
        }
        finally
        {
            slice.Release();
        }
    }

    private void Gather(ReadOnlySpan<byte> octets)
    {
        var writer = new OctetWriter(_buffer.AsSpan(_filled));
        if (request.BodyLength is null)
        {
            Span<byte> size = stackalloc byte[8];
            System.Buffers.Text.Utf8Formatter.TryFormat(octets.Length, size, out var digits, new StandardFormat('x'));
            writer.Write(size[..digits]);
            writer.Write("\r\n"u8);
            writer.Write(octets);
            writer.Write("\r\n"u8);
        }
        else
        {
            writer.Write(octets);
        }

        _filled += writer.Length;
    }

    private async ValueTask FlushAsync(IRequestBody body)
    {
        if (_filled == 0)
        {
            return;
        }

        await connection.Stream.SendAsync(_buffer.AsMemory(0, _filled));
        _filled = 0;
        if (_taken > 0)
        {
            body.Consume(_taken);
            _taken = 0;
        }
    }

    private ValueTask SendLastChunkAsync(IRequestBody body)
    {
        var section = body.Trailers is { } trailers ? trailers.Span : default;
        if (section.IsEmpty || FieldLines.TryRead(section, out var lines) != FrameError.None)
        {
            return connection.Stream.SendAsync(LastChunk);
        }

        RentBuffer(section.Length + (4 * lines.Count) + ChunkRoom);
        var writer = new OctetWriter(_buffer);
        writer.Write("0\r\n"u8);
        foreach (var line in lines)
        {
            if (TrailerNames.MayPass(line.Name) && FieldSyntax.IsToken(line.Name) && FieldSyntax.IsValue(line.Value))
            {
                writer.Field(line.Name, line.Value);
            }
        }

        writer.Write("\r\n"u8);
        return connection.Stream.SendAsync(_buffer.AsMemory(0, writer.Length));
    }

    private void RentBuffer(int room)
    {
        if (_buffer.Length >= room)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(room, _buffer.Length * 2));
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        ReturnBuffer(larger);
    }

    private void ReturnBuffer(byte[]? next = null)
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = next ?? [];
    }
}

using System.Buffers;
using AppProxy.Contracts.Exchanges;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>
/// Writes a response's body to its client with its links translated: 1. undo the coding, 2. translate what can be judged, 3. do the coding again, 4. flush when
/// nothing more has come. Holds two buffers, the beginning of one link, and what the codings hold.
/// </summary>
internal sealed class TranslatedBody(HttpContext context, GatewayExchange exchange, BodyPlan plan, TimeProvider time) : IAsyncDisposable
{
    private const int FlushAt = 64 * 1024;
    private const int BufferSize = 32 * 1024;

    private readonly PooledOutput _translated = new();
    private readonly PooledOutput _encoded = new();
    private readonly ExchangeBodyStream _body = new(exchange.Response);
    private Stream? _encoder;
    private bool _hasFlushed;
    private bool _isChunked;
    private bool _isEncoderAhead;

    private PooledOutput Ready => plan.Coding == ContentCoding.Identity ? _translated : _encoded;

    public async Task WriteAsync()
    {
        try
        {
            if (await TranslateAsync())
            {
                await EndAsync();
            }
        }
        catch (BodyBrokenException broken)
        {
            exchange.End(broken.Failure);
        }
        catch (Exception broken) when (IsCoding(broken))
        {
            // Not what its Content-Encoding says.
            exchange.End(ExchangeFailure.AppResponseInvalid);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync();
        if (_encoder is not null)
        {
            await _encoder.DisposeAsync();
        }

        _translated.Dispose();
        _encoded.Dispose();
    }

    /// <summary>False when the client has left.</summary>
    private async ValueTask<bool> TranslateAsync()
    {
        var links = new LinkRewriter(plan.Urls);
        var translator = plan.CreateTranslator(links);

        // 1.
        var (source, hasHeader) = await ContentCodings.DecodeAsync(plan.Coding, _body);
        await using var decoder = source;
        _encoder = ContentCodings.Encode(plan.Coding, hasHeader, new BufferStream(_encoded));
        // Given back only on the ways out on which nothing reads into it any more: what throws leaves it to the collector.
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(BufferSize, 2 * links.MostSeen));
        var filled = 0;
        var isFirst = true;
        var isWide = false;
        while (true)
        {
            var read = source.ReadAsync(buffer.AsMemory(filled));

            // 4.
            if ((!read.IsCompleted || Ready.WrittenCount >= FlushAt) && !await FlushAsync())
            {
                await IgnoreAsync(read);
                ArrayPool<byte>.Shared.Return(buffer);
                return false;
            }

            var count = await read;
            filled += count;
            if (isFirst && (filled >= 2 || count == 0))
            {
                isWide = MediaKinds.IsWide(buffer.AsSpan(0, filled));
                isFirst = false;
            }

            // 2.
            var done = isFirst ? 0 : Translate(translator, buffer.AsSpan(0, filled), isWide, count == 0);
            buffer.AsSpan(done, filled - done).CopyTo(buffer);
            filled -= done;
            if (count == 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return true;
            }
        }
    }

    private int Translate(ILinkTranslator translator, ReadOnlySpan<byte> input, bool isWide, bool isEnd)
    {
        var done = input.Length;
        if (isWide)
        {
            _translated.Write(input);
        }
        else
        {
            done = translator.Translate(input, isEnd, _translated);
        }

        // 3.
        if (_encoder is not null && _translated.WrittenCount > 0)
        {
            _encoder.Write(_translated.WrittenSpan);
            _translated.Clear();
            _isEncoderAhead = true;
        }

        return done;
    }

    private async ValueTask<bool> FlushAsync()
    {
        if (!_hasFlushed)
        {
            _hasFlushed = true;
            _isChunked = ChunkedBody.IsNeeded(context, exchange.Response);
            if (_isChunked)
            {
                context.Response.Headers.TransferEncoding = "chunked";
            }
        }

        if (_isEncoderAhead)
        {
            // What is flushed for nothing is octets for nothing.
            _encoder?.Flush();
            _isEncoderAhead = false;
        }

        WriteReady();
        exchange.BeginFlush(context);
        var flushed = await context.Response.BodyWriter.FlushAsync();
        exchange.EndFlush();
        if (flushed.IsCompleted)
        {
            exchange.End(ExchangeFailure.ClientGone);
            return false;
        }

        exchange.LastMoved = time.GetTimestamp();
        if (_body.Taken > 0)
        {
            exchange.Run?.Channel.Consume(_body.Taken);
            _body.Taken = 0;
        }

        return true;
    }

    private void WriteReady()
    {
        var client = context.Response.BodyWriter;
        if (_isChunked)
        {
            ChunkedBody.Write(client, Ready.WrittenSpan);
        }
        else
        {
            client.Write(Ready.WrittenSpan);
        }

        Ready.Clear();
    }

    private async ValueTask EndAsync()
    {
        if (_encoder is { } encoder)
        {
            _encoder = null;
            await encoder.DisposeAsync();
        }

        if (!_hasFlushed && exchange.Response.Trailers is null)
        {
            // All of it is here: its length is known.
            context.Response.ContentLength = Ready.WrittenCount;
            WriteReady();
            return;
        }

        if (!await FlushAsync() || !_isChunked)
        {
            return;
        }

        ChunkedBody.WriteEnd(context.Response.BodyWriter, exchange.Response.Trailers is { } trailers ? trailers.Span : default);
        exchange.BeginFlush(context);
        await context.Response.BodyWriter.FlushAsync();
        exchange.EndFlush();
    }

    /// <summary>What the decoders throw: Brotli's is of a type of its own mind.</summary>
    private static bool IsCoding(Exception broken) => broken is InvalidDataException or InvalidOperationException { Source: "System.IO.Compression.Brotli" };

    /// <summary>A read that is under way ends with the exchange.</summary>
    private static async ValueTask IgnoreAsync(ValueTask<int> read)
    {
        try
        {
            await read;
        }
        catch (Exception broken) when (broken is IOException || IsCoding(broken))
        {
            // What it was read for is gone.
        }
    }
}

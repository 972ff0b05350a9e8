using System.Buffers.Text;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text;

namespace AppProxy.Benchmarks.Load;

/// <summary>
/// One keep-alive HTTP/1.1 connection with nothing in between: requests are prepared bytes, responses are read in place.
/// One request at a time. Ended from outside with <see cref="Abort"/>, which spares a token registration per read.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const long UntilClose = -1;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;

    private bool _chunked;
    private bool _chunkEndDue;
    private bool _bodyEnded;
    private long _left;

    private HttpConnection(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
    }

    public static async Task<HttpConnection> ConnectAsync(Uri url, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(url.Host, url.Port, cancellationToken);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (url.Scheme == Uri.UriSchemeHttps)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = url.Host,
                        ApplicationProtocols = [SslApplicationProtocol.Http11],
                        EnabledSslProtocols = SslProtocols.None,
#pragma warning disable CA5359 // The benchmark's own throw-away certificate.
                        RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                    },
                    cancellationToken);
                stream = tls;
            }

            return new HttpConnection(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes);

    /// <summary>Reads the next response's head and returns its status; the body follows by <see cref="ReadBodyAsync"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadHeadAsync()
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (length >= 0)
            {
                var status = ParseHead(_buffer.AsSpan(_start, length + 2));
                _start += length + 4;
                if (status >= 200)
                {
                    return status;
                }
            }
            else if (!await FillAsync())
            {
                throw new IOException("The connection ended before a response.");
            }
        }
    }

    /// <summary>The next piece of the body, valid until the next call; empty at its end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync()
    {
        while (!_bodyEnded)
        {
            if (_left == 0)
            {
                if (!_chunked)
                {
                    _bodyEnded = true;
                }
                else if (!TryReadChunkHead() && !await FillAsync())
                {
                    throw new IOException("The connection ended within a chunked response.");
                }
            }
            else if (_start < _end)
            {
                var take = _left == UntilClose ? _end - _start : (int)Math.Min(_left, _end - _start);
                var piece = _buffer.AsMemory(_start, take);
                _start += take;
                _left -= _left == UntilClose ? 0 : take;
                return piece;
            }
            else if (!await FillAsync())
            {
                if (_left != UntilClose)
                {
                    throw new IOException("The connection ended within a response.");
                }

                _bodyEnded = true;
            }
        }

        return default;
    }

    /// <summary>Ends the connection now, whatever waits on it.</summary>
    public void Abort() => _socket.Dispose();

    public void Dispose()
    {
        _socket.Dispose();
        _stream.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_start == 0)
            {
                throw new IOException("A response head larger than the buffer.");
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        var read = await _stream.ReadAsync(_buffer.AsMemory(_end));
        _end += read;
        return read > 0;
    }

    private int ParseHead(ReadOnlySpan<byte> head)
    {
        // "HTTP/1.1 200 …"
        if (head.Length < 14 || !Utf8Parser.TryParse(head.Slice(9, 3), out int status, out _))
        {
            throw new IOException("Not a response.");
        }

        _chunked = false;
        _chunkEndDue = false;
        _bodyEnded = false;
        _left = status is 204 or 304 ? 0 : UntilClose;
        head = head[(head.IndexOf("\r\n"u8) + 2)..];
        while (!head.IsEmpty)
        {
            var end = head.IndexOf("\r\n"u8);
            var line = head[..end];
            head = head[(end + 2)..];
            if (IsHeader(line, "content-length:"u8))
            {
                if (!Utf8Parser.TryParse(line["content-length:"u8.Length..].TrimStart((byte)' '), out _left, out _))
                {
                    throw new IOException("A Content-Length that is no number.");
                }
            }
            else if (IsHeader(line, "transfer-encoding:"u8))
            {
                _chunked = true;
                _left = 0;
            }
        }

        return status;
    }

    private static bool IsHeader(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name);

    // chunk = size [extension] CRLF data CRLF; the last has size 0 and is followed by trailers and an empty line.
    private bool TryReadChunkHead()
    {
        var at = _start;
        if (_chunkEndDue)
        {
            if (_end - at < 2)
            {
                return false;
            }

            at += 2;
        }

        var rest = _buffer.AsSpan(at, _end - at);
        var line = rest.IndexOf("\r\n"u8);
        if (line < 0)
        {
            return false;
        }

        if (!Utf8Parser.TryParse(rest[..line], out long size, out _, 'x'))
        {
            throw new IOException("A chunk size that is no number.");
        }

        var consumed = line + 2;
        if (size == 0)
        {
            // No trailers, or all of them.
            var trailers = rest[line..].IndexOf("\r\n\r\n"u8);
            if (trailers < 0)
            {
                return false;
            }

            consumed = line + trailers + 4;
            _bodyEnded = true;
        }

        _start = at + consumed;
        _left = size;
        _chunkEndDue = true;
        return true;
    }
}

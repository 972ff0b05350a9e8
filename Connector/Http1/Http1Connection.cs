using System.Buffers;
using System.Runtime.CompilerServices;

namespace AppProxy.Connector.Http1;

/// <summary>
/// One connection to an app: its stream, and while a call uses it a small buffer for what is not the body: heads, the framing of chunks.
/// </summary>
/// <remarks>
/// <code>
/// | kept (a head in use) | done with | unread | free |
/// 0                   _kept      _start    _end
/// </code>
/// Owns the buffer from <see cref="TryBegin"/> to <see cref="EndAsync"/>.
/// </remarks>
internal sealed class Http1Connection(AppStream stream, bool isReused = false)
{
    /// <summary>A usual response in one read. Larger bodies are read straight into the messages that carry them.</summary>
    private const int BufferSize = 8 * 1024;

    private byte[] _buffer = [];
    private int _keptStart;
    private int _kept;
    private int _start;
    private int _end;
    private ValueTask<int> _ahead;
    private bool _isAhead;
    private bool _isForgotten;

    public AppStream Stream => stream;

    /// <summary>Whether an earlier call used it: then the app may have closed it just now.</summary>
    public bool IsReused { get; private set; } = isReused;

    /// <summary>When it became idle.</summary>
    public long IdleSince { get; set; }

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public int UnreadLength => _end - _start;

    /// <summary>The head that was kept.</summary>
    public ReadOnlySpan<byte> Kept => _buffer.AsSpan(_keptStart, _kept - _keptStart);

    /// <summary>
    /// Begins a call by beginning to read, ahead of the request: the read that will bring the response is also what tells a dead connection.
    /// False when it is dead or the app has spoken unasked; <paramref name="stray"/> says how many octets.
    /// </summary>
    public bool TryBegin(out int stray)
    {
        stray = 0;
        _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        _keptStart = _kept = _start = _end = 0;
        _isForgotten = false;
#pragma warning disable CA2012 // Consumed once: here when the connection is dead, otherwise by the first fill or the end.
        _ahead = stream.ReceiveAsync(_buffer);
#pragma warning restore CA2012
        _isAhead = true;
        if (!IsReused || !_ahead.IsCompleted)
        {
            return true;
        }

        _isAhead = false;
        try
        {
            stray = _ahead.Result;
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // Reset while it was idle.
        }

        return false;
    }

    /// <summary>Reads more into the buffer; 0 at the end of the connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> FillAsync()
    {
        int count;
        if (_isAhead)
        {
            _isAhead = false;
            count = await _ahead;
        }
        else
        {
            MakeRoom();
            count = await stream.ReceiveAsync(_buffer.AsMemory(_end));
        }

        _end += count;
        return count;
    }

    /// <summary>Keeps the first <paramref name="length"/> unread octets where they are, and goes on behind them.</summary>
    public void Keep(int length)
    {
        _keptStart = _start;
        _kept = _start += length;
    }

    /// <summary>Copies unread octets out, as many as fit.</summary>
    public int Take(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, UnreadLength);
        Unread[..count].CopyTo(destination);
        Skip(count);
        return count;
    }

    public void Skip(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = _kept;
            if (_isForgotten)
            {
                ReturnBuffer();
            }
        }
    }

    /// <summary>Nobody needs the kept head any more. What follows is read elsewhere, so the buffer goes with what is unread in it: ten thousand silent streams hold none.</summary>
    public void Forget()
    {
        _isForgotten = true;
        _kept = _keptStart = 0;
        Skip(0);
    }

    /// <summary>Ends the call; aborted unless <paramref name="isWhole"/>. Nobody reads or writes any more, but for the read that was begun ahead.</summary>
    public async ValueTask EndAsync(bool isWhole)
    {
        if (!isWhole)
        {
            stream.Abort();
        }

        if (_isAhead)
        {
            _isAhead = false;
            try
            {
                await _ahead;
            }
            catch (Exception gone) when (IsGone(gone))
            {
                // As meant.
            }
        }

        if (!isWhole)
        {
            stream.Close();
        }

        Release();
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        ReturnBuffer();
        IsReused = true;
    }

    /// <summary>Whether an exception says that the connection is gone, by whichever layer noticed.</summary>
    public static bool IsGone(Exception failure) => failure is System.Net.Sockets.SocketException or IOException or ObjectDisposedException or InvalidOperationException;

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        _keptStart = _kept = _start = _end = 0;
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
        {
            return;
        }

        if (_start > _kept)
        {
            Unread.CopyTo(_buffer.AsSpan(_kept));
            _end -= _start - _kept;
            _start = _kept;
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>
/// A body on its way in: slices of messages between the loop that reads a session, which never waits, and the one reader that
/// takes them at its own pace. The window that the reader's pace opens is what bounds the memory held here.
/// </summary>
/// <remarks>Owns the slices it holds, and a lease of the process' <see cref="WindowBudget"/>, until <see cref="Dispose"/>.</remarks>
public sealed class InboundBody : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AsyncSignal _arrived = new();
    private readonly WindowBudget _budget;
    private SliceQueue _slices;
    private int _window;
    private long _limit;
    private long _received;
    private long _consumed;
    private bool _ended;
    private bool _disposed;
    private ExchangeFailure _failure;

    /// <summary>Leases the first window from <paramref name="budget"/>.</summary>
    public InboundBody(WindowBudget budget)
    {
        _budget = budget;
        _window = budget.LeaseInitial();
        _limit = _window;
    }

    /// <summary>The sender may send up to here; to be announced once at the start, later by what <see cref="Consume"/> returns.</summary>
    public long Limit => Volatile.Read(ref _limit);

    /// <summary>How many octets have arrived.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Why the body broke off; <see cref="ExchangeFailure.None"/> while it goes on or when it is whole.</summary>
    public ExchangeFailure Failure => _failure;

    /// <summary>The trailer section, for <see cref="FieldLines.TryRead"/>; null when there is none.</summary>
    public ReadOnlyMemory<byte>? Trailers { get; private set; }

    /// <summary>Whether the whole body has arrived; it may still wait for its reader.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_gate)
            {
                return _ended && _failure == ExchangeFailure.None;
            }
        }
    }

    /// <summary>Whether the whole body has arrived and was read.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                return _ended && _failure == ExchangeFailure.None && _slices.IsEmpty;
            }
        }
    }

    /// <summary>Takes a piece. False when it is not the next one or goes beyond the window: the sender broke the protocol, or a message is lost.</summary>
    public bool TryAccept(in DataPayload data, PooledBuffer owner)
    {
        lock (_gate)
        {
            if (_ended || _disposed)
            {
                return true;
            }

            if (data.Offset != _received || data.Offset + data.Octets.Length > _limit)
            {
                return false;
            }

            if (data.Octets.IsEmpty)
            {
                return true;
            }

            owner.Retain();
            _slices.Enqueue(new BodySlice(data.Octets, owner));
            _received += data.Octets.Length;
        }

        _arrived.Raise();
        return true;
    }

    /// <summary>The body is whole. False when its length is not what arrived.</summary>
    /// <param name="length">Length of the whole body.</param>
    /// <param name="trailers">Its trailer section, or empty.</param>
    public bool TryEnd(long length, ReadOnlySpan<byte> trailers)
    {
        lock (_gate)
        {
            if (_ended || _disposed)
            {
                return true;
            }

            if (length != _received)
            {
                return false;
            }

            Trailers = trailers.IsEmpty ? null : (ReadOnlyMemory<byte>?)trailers.ToArray();
            _ended = true;
        }

        _arrived.Raise();
        return true;
    }

    /// <summary>The body breaks off. What arrived before is still read, then the reader is told.</summary>
    public void Fail(ExchangeFailure failure)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _failure = failure;
            _ended = true;
        }

        _arrived.Raise();
    }

    /// <summary>The next piece, when one is at hand.</summary>
    public bool TryRead(out BodySlice slice)
    {
        lock (_gate)
        {
            return _slices.TryDequeue(out slice);
        }
    }

    /// <summary>Waits until a piece is at hand (true), or until none will follow (false; then <see cref="Failure"/> says whether the body is whole).</summary>
    public async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_slices.IsEmpty)
                {
                    return true;
                }

                if (_ended || _disposed)
                {
                    return false;
                }
            }

            await _arrived.WaitAsync();
        }
    }

    /// <summary>
    /// Says that the reader is done with <paramref name="count"/> octets. Returns the new limit when it is time to announce one, else 0.
    /// </summary>
    public long Consume(int count)
    {
        lock (_gate)
        {
            _consumed += count;
            if (_ended || _disposed || _limit - _consumed > _window / 2)
            {
                return 0;
            }

            var readerKeepsUp = _received - _consumed <= _window / 4;
            if (readerKeepsUp && _window < _budget.Options.Maximum)
            {
                var more = Math.Min(_window, _budget.Options.Maximum - _window);
                if (_budget.TryLease(more))
                {
                    _window += more;
                }
            }

            _limit = _consumed + _window;
            return _limit;
        }
    }

    /// <summary>Gives back what waits unread, and the lease.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _budget.Return(_window);
            while (_slices.TryDequeue(out var slice))
            {
                slice.Release();
            }
        }

        _arrived.Raise();
    }
}

using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>A head on its way in: one slice of a message as a rule, a copy of several when it was continued. Owns its bytes until disposed.</summary>
/// <remarks>
/// The loop that reads the session adds, and whoever ends the exchange disposes: the bytes must not be given back twice. Locked by itself, since a lock of its own
/// would be kept for as long as an idle connection.
/// </remarks>
internal sealed class HeadAssembly : IDisposable
{
    private readonly int _limit;
    private bool _disposed;
    private PooledBuffer? _owner;
    private ReadOnlyMemory<byte> _payload;
    private volatile bool _isComplete;

    /// <summary>Begins with the head frame's payload, which lies in <paramref name="owner"/>.</summary>
    public HeadAssembly(in Frame head, PooledBuffer owner, int limit)
    {
        Flags = head.Header.Flags;
        _limit = limit;
        owner.Retain();
        _owner = owner;
        _payload = head.Payload;
        _isComplete = !Flags.HasFlag(FrameFlags.Continued);
    }

    /// <summary>Flags of the head frame.</summary>
    public FrameFlags Flags { get; private set; }

    /// <summary>Whether the last piece is in. Whoever sees it, on any thread, sees the whole head.</summary>
    public bool IsComplete => _isComplete;

    /// <summary>The payload as far as it is in.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>Adds a continuation. False when none is due, or the head grows beyond its limit.</summary>
    public bool TryAdd(in Frame continuation)
    {
        lock (this)
        {
            var length = _payload.Length + continuation.Payload.Length;
            if (_disposed || IsComplete || length > _limit)
            {
                return _disposed;
            }

            var larger = PooledBuffer.Rent(length);
            _payload.CopyTo(larger.Array);
            continuation.Payload.CopyTo(larger.Array.AsMemory(_payload.Length));
            _owner?.Release();
            _owner = larger;
            _payload = larger.Array.AsMemory(0, length);
            if (!continuation.Header.Flags.HasFlag(FrameFlags.Continued))
            {
                Flags &= ~FrameFlags.Continued;
                _isComplete = true;
            }

            return true;
        }
    }

    public void Dispose()
    {
        lock (this)
        {
            _disposed = true;
            _owner?.Release();
            _owner = null;
            _payload = default;
        }
    }
}

using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>A head on its way in: one slice of a message as a rule, a copy of several when it was continued. Owns its bytes until disposed.</summary>
internal sealed class HeadAssembly : IDisposable
{
    private readonly int _limit;
    private PooledBuffer? _owner;
    private ReadOnlyMemory<byte> _payload;

    /// <summary>Begins with the head frame's payload, which lies in <paramref name="owner"/>.</summary>
    public HeadAssembly(in Frame head, PooledBuffer owner, int limit)
    {
        Flags = head.Header.Flags;
        _limit = limit;
        owner.Retain();
        _owner = owner;
        _payload = head.Payload;
        IsComplete = !Flags.HasFlag(FrameFlags.Continued);
    }

    /// <summary>Flags of the head frame.</summary>
    public FrameFlags Flags { get; private set; }

    /// <summary>Whether the last piece is in.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The payload as far as it is in.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>Adds a continuation. False when none is due, or the head grows beyond its limit.</summary>
    public bool TryAdd(in Frame continuation)
    {
        var length = _payload.Length + continuation.Payload.Length;
        if (IsComplete || length > _limit)
        {
            return false;
        }

        var larger = PooledBuffer.Rent(length);
        _payload.CopyTo(larger.Array);
        continuation.Payload.CopyTo(larger.Array.AsMemory(_payload.Length));
        _owner?.Release();
        _owner = larger;
        _payload = larger.Array.AsMemory(0, length);
        IsComplete = !continuation.Header.Flags.HasFlag(FrameFlags.Continued);
        if (IsComplete)
        {
            Flags &= ~FrameFlags.Continued;
        }

        return true;
    }

    public void Dispose()
    {
        _owner?.Release();
        _owner = null;
        _payload = default;
    }
}

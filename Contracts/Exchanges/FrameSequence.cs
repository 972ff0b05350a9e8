using AppProxy.Contracts.Frames;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Numbers the frames of one attempt in one direction. Guarded by the lock of the outbox that its frames go through.</summary>
internal struct FrameSequence(ExchangeId exchange, Attempt attempt, uint next)
{
    /// <summary>The exchange.</summary>
    public ExchangeId Exchange { get; } = exchange;

    /// <summary>The attempt.</summary>
    public Attempt Attempt { get; } = attempt;

    /// <summary>Number of the next frame.</summary>
    public uint Next { get; private set; } = next;

    /// <summary>Takes the next number.</summary>
    public uint Take() => Next++;
}

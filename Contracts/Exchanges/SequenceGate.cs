namespace AppProxy.Contracts.Exchanges;

/// <summary>Lets each frame of an attempt through once and in order.</summary>
internal struct SequenceGate(uint next)
{
    /// <summary>Number of the frame expected next.</summary>
    public uint Next { get; private set; } = next;

    /// <summary>Judges a frame by its number.</summary>
    public Passage Pass(uint sequence)
    {
        if (sequence == Next)
        {
            Next++;
            return Passage.InOrder;
        }

        // Numbers are compared as distances, so they may wrap around.
        return (int)(sequence - Next) < 0 ? Passage.Duplicate : Passage.Gap;
    }
}

/// <summary>What a <see cref="SequenceGate"/> says of a frame.</summary>
internal enum Passage
{
    /// <summary>The next one: take it.</summary>
    InOrder,

    /// <summary>Seen before: ignore it.</summary>
    Duplicate,

    /// <summary>One before it is missing: the exchange ends.</summary>
    Gap,
}

namespace AppProxy.Tests.Contracts.Exchanges.Simulation;

/// <summary>What a simulated link does to messages, each in so many of a thousand.</summary>
internal sealed record LinkFaults(int Breaks = 0, int Drops = 0, int Swaps = 0)
{
    /// <summary>Every message arrives once and in order.</summary>
    public static LinkFaults None { get; } = new();

    /// <summary>The link breaks and comes back: what was not answered is sent again, so messages arrive twice and none is lost.</summary>
    public static LinkFaults Duplicating { get; } = new(Breaks: 50);

    /// <summary>A broker that loses messages or changes their order, which no broker should.</summary>
    public static LinkFaults Lossy { get; } = new(Breaks: 5, Drops: 8, Swaps: 8);
}

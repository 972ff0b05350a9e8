namespace AppProxy.Contracts.Exchanges;

/// <summary>The pace of heartbeats, and when silence means loss (DESIGN.md section 5).</summary>
internal static class Heartbeats
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Two beats missing, and half a beat for the way.</summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(2.5);

    /// <summary>A process that did not run for this long itself has no right to call its peers silent.</summary>
    public static readonly TimeSpan OwnPause = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection may be gone before its instance counts as lost.</summary>
    public static readonly TimeSpan ConnectionGrace = TimeSpan.FromMilliseconds(500);
}

namespace AppProxy.Contracts.Exchanges;

/// <summary>Sizes of receive windows, in octets (DESIGN.md section 4, 6).</summary>
public sealed record WindowOptions
{
    /// <summary>A body's first window: enough for most responses to need no update at all.</summary>
    public int Initial { get; init; } = 256 * 1024;

    /// <summary>How far a window grows while its reader keeps up: 4 MB keep 800 Mbit/s busy over 40 ms.</summary>
    public int Maximum { get; init; } = 4 * 1024 * 1024;

    /// <summary>What an exchange always gets, even when the budget is used up.</summary>
    public int Reserve { get; init; } = 16 * 1024;

    /// <summary>What all windows of the process may promise together, reserves beyond it not counted.</summary>
    public long Budget { get; init; } = 128L * 1024 * 1024;
}

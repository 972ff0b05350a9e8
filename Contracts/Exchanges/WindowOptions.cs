namespace AppProxy.Contracts.Exchanges;

/// <summary>Sizes of receive windows, in octets (DESIGN.md section 4, 6).</summary>
public sealed record WindowOptions
{
    /// <summary>A body's first window: enough for most responses to need no update at all.</summary>
    public int Initial { get; init; } = 256 * 1024;

    /// <summary>
    /// How far a window grows while its reader keeps up: 2 MB keep 400 Mbit/s busy over 40 ms, and with the buffers of the systems around
    /// it an app stops within 8 MB of its reader (4 MB, as DESIGN.md had it, made that 12).
    /// </summary>
    public int Maximum { get; init; } = 2 * 1024 * 1024;

    /// <summary>What an exchange always gets, even when the budget is used up.</summary>
    public int Reserve { get; init; } = 16 * 1024;

    /// <summary>What all windows of the process may promise together, reserves beyond it not counted.</summary>
    public long Budget { get; init; } = 128L * 1024 * 1024;
}

using AppProxy.Contracts.Identity;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>How a connector was when it was last heard of.</summary>
/// <param name="Report">What it said.</param>
/// <param name="SeenAt">When, by the clock of the gateway that heard it.</param>
internal sealed record PresenceRecord(PresenceReport Report, DateTimeOffset SeenAt)
{
    /// <summary>Two reports that did not come.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3 * PresenceReport.Interval);

    public bool IsOnline(DateTimeOffset now) => now - SeenAt < Silence;
}

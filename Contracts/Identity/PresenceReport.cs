namespace AppProxy.Contracts.Identity;

/// <summary>How a connector is, told every <see cref="Interval"/>.</summary>
internal sealed record PresenceReport
{
    /// <summary>In seconds.</summary>
    public const int Interval = 2;

    /// <summary>Of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Its uplink session, by which a gateway reaches this very instance; null from an older one.</summary>
    public Guid? Uplink { get; init; }

    /// <summary>Requests at once that it takes.</summary>
    public required int Slots { get; init; }

    /// <summary>Requests whose response heads are not out.</summary>
    public required int BusySlots { get; init; }

    /// <summary>Responses and upgraded connections that stream.</summary>
    public required int Streams { get; init; }

    /// <summary>Its clock less the broker's, in milliseconds, as messages tell it; 0 until one has come.</summary>
    public required long ClockOffset { get; init; }

    /// <summary>Whether it reaches its apps, by their ids; those that have not been tried yet are missing.</summary>
    public required IReadOnlyDictionary<string, AppReach> Apps { get; init; }
}

/// <summary>Whether an app's host takes connections from here.</summary>
/// <param name="IsReached">It does.</param>
/// <param name="Problem">Why not, in a few words; null where it does.</param>
/// <param name="TlsProblem">Why no secure connection can be made, where the app has https; null where one can, and from connectors that do not try.</param>
/// <param name="ConnectTime">How long the last connection took, with TLS where that was tried, in milliseconds; null where there was none.</param>
internal sealed record AppReach(bool IsReached, string? Problem = null, string? TlsProblem = null, int? ConnectTime = null);

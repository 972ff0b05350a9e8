namespace AppProxy.Gateway.Connectors.Roster;

/// <summary><see cref="PresenceRecord"/> in the store.</summary>
internal sealed class ConnectorPresenceRow
{
    public required string ConnectorId { get; set; }

    /// <summary>In milliseconds since 1970.</summary>
    public required long SeenAt { get; set; }

    /// <summary>The report, as JSON.</summary>
    public required string Report { get; set; }
}

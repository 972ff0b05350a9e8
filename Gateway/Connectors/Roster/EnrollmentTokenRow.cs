namespace AppProxy.Gateway.Connectors.Roster;

/// <summary><see cref="EnrollmentTokenRecord"/> in the store.</summary>
internal sealed class EnrollmentTokenRow
{
    public required string Id { get; set; }

    public required string Verifier { get; set; }

    public required string ConnectorGroup { get; set; }

    /// <summary>In milliseconds since 1970.</summary>
    public required long ExpiresAt { get; set; }

    public required int UsesLeft { get; set; }
}

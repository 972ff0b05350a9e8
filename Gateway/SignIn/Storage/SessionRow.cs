namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>A sign-in. Times are milliseconds since 1970, which every server compares in the same way.</summary>
internal sealed class SessionRow
{
    public required string Id { get; set; }

    /// <summary>The provider's <c>sub</c>.</summary>
    public required string Subject { get; set; }

    public string? ProviderSessionId { get; set; }

    /// <summary>The person (<see cref="UserColumn"/>).</summary>
    public required string User { get; set; }

    /// <summary>The ID token, compressed, then protected by the key ring.</summary>
    public string? IdToken { get; set; }

    public required long AuthenticatedAt { get; set; }

    public required long LastSeenAt { get; set; }

    public required long ExpiresAt { get; set; }

    public long? EndedAt { get; set; }
}

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>One sign-in as it is kept.</summary>
internal sealed record SessionTicket
{
    public required Guid Id { get; init; }

    public required SignedInUser User { get; init; }

    /// <summary>When the provider saw them last.</summary>
    public required DateTimeOffset AuthenticatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Of the sign-in that began it.</summary>
    public SessionClient? Client { get; init; }

    /// <summary>The provider's <c>sid</c>.</summary>
    public string? ProviderSessionId { get; init; }

    /// <summary>For signing out at the provider; on no hot path, and in no log.</summary>
    public string? IdToken { get; init; }
}

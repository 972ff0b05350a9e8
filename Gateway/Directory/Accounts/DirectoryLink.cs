namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>A link that a command made, for one use. Its secret is not kept.</summary>
internal sealed class DirectoryLink
{
    /// <summary>SHA-256 of the secret.</summary>
    public required string Hash { get; set; }

    /// <summary>Whose password may be set with it; null for the first owner, who does not exist yet.</summary>
    public required string? UserId { get; set; }

    /// <summary>Milliseconds since 1970.</summary>
    public required long ExpiresAt { get; set; }
}

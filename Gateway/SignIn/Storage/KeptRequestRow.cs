namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>A form to be sent again after sign-in.</summary>
internal sealed class KeptRequestRow
{
    public required string Id { get; set; }

    public required string Subject { get; set; }

    public required string Host { get; set; }

    /// <summary>Path, query and form, protected by the key ring: it is what a person typed.</summary>
    public required string Content { get; set; }

    public required long ExpiresAt { get; set; }
}

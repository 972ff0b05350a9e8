namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>A single-use code, by its hash.</summary>
internal sealed class HandOffCodeRow
{
    public required string Hash { get; set; }

    public required string SessionId { get; set; }

    public required string Host { get; set; }

    public required string Binding { get; set; }

    public required long ExpiresAt { get; set; }
}

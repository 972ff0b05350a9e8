namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>A browser's cookie for one host, by its hash.</summary>
internal sealed class SessionTokenRow
{
    public required string Hash { get; set; }

    public required string SessionId { get; set; }

    public required string Host { get; set; }
}

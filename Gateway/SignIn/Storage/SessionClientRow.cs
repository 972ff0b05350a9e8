namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>From where a session began; apart from it, since only its person ever looks.</summary>
internal sealed class SessionClientRow
{
    public required string SessionId { get; set; }

    public string? Address { get; set; }

    public string? UserAgent { get; set; }
}

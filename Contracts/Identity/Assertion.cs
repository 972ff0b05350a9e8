using System.Text.Json.Serialization;

namespace AppProxy.Contracts.Identity;

/// <summary>
/// What the gateway states about a request: who asks, for which app, in which group, until when. A JWT of type <see cref="TokenType"/>, signed with the
/// gateway's key, in <see cref="Frames.RequestHead.Assertion"/>. Times are seconds since 1970 by the broker's clock, the one that both sides share.
/// </summary>
/// <remarks>Good for every request of that person to that app while it lives: it is made once, and verified once, for many.</remarks>
internal sealed record Assertion
{
    public const string TokenType = "assertion+jwt";

    /// <summary>Longest life, in seconds.</summary>
    public const int Lifetime = 120;

    /// <summary>Longest that a connector looks at, in octets.</summary>
    public const int MaxLength = 8 * 1024;

    /// <summary>How far ahead of the connector's idea of the broker's time the gateway's may be, in seconds.</summary>
    public const int Skew = 30;

    /// <summary>The connector group.</summary>
    [JsonPropertyName("aud")]
    public required string Group { get; init; }

    /// <summary>The app, as <see cref="Frames.RequestHead.AppId"/> names it, without what stands for a wildcard's star.</summary>
    [JsonPropertyName("app")]
    public required string App { get; init; }

    [JsonPropertyName("iat")]
    public required long IssuedAt { get; init; }

    [JsonPropertyName("exp")]
    public required long ExpiresAt { get; init; }

    /// <summary>Who asks, as assignments name them; null where nobody had to sign in. Sign-on modes that need more get claims of their own.</summary>
    [JsonPropertyName("sub")]
    public string? Subject { get; init; }
}

namespace AppProxy.Gateway.Keys;

/// <summary><see cref="StoredSigningKey"/> in the store. Times in milliseconds since 1970.</summary>
internal sealed class SigningKeyRow
{
    public required int Sequence { get; set; }

    public required string Id { get; set; }

    public required string? PrivateKey { get; set; }

    public required long CreatedAt { get; set; }

    public required long SignsFrom { get; set; }

    public required string? Succession { get; set; }

    public static SigningKeyRow From(StoredSigningKey key) => new()
    {
        Sequence = key.Sequence,
        Id = key.Id,
        PrivateKey = key.PrivateKey,
        CreatedAt = key.CreatedAt.ToUnixTimeMilliseconds(),
        SignsFrom = key.SignsFrom.ToUnixTimeMilliseconds(),
        Succession = key.Succession,
    };

    public StoredSigningKey ToKey() => new()
    {
        Sequence = Sequence,
        Id = Id,
        PrivateKey = PrivateKey,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
        SignsFrom = DateTimeOffset.FromUnixTimeMilliseconds(SignsFrom),
        Succession = Succession,
    };
}

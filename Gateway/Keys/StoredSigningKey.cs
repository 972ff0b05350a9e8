namespace AppProxy.Gateway.Keys;

/// <summary>A signing key as it is kept, wherever that is.</summary>
internal sealed record StoredSigningKey
{
    /// <summary>Counts the gateway's keys from 1, without gaps: two gateways that make the next one at once cannot both do it.</summary>
    public required int Sequence { get; init; }

    /// <summary>RFC 7638 thumbprint, SHA-256, base64url.</summary>
    public required string Id { get; init; }

    /// <summary>PKCS #8 in base64. Secret. Null when the key is too old to be of use.</summary>
    public required string? PrivateKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>By then every gateway knows it.</summary>
    public required DateTimeOffset SignsFrom { get; init; }

    /// <summary>The predecessor's word for this key (a JWT that holds the public key), for who pinned the predecessor; null for the first.</summary>
    public string? Succession { get; init; }

    /// <summary>Without the key.</summary>
    public override string ToString() => $"{Sequence} {Id}";
}

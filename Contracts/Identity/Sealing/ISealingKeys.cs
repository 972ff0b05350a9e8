namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>The keys of one connector group as one side holds them.</summary>
internal interface ISealingKeys
{
    /// <summary>Gateways' time.</summary>
    DateTimeOffset Now { get; }

    /// <summary>The key that seals now.</summary>
    SealingKey Current { get; }

    /// <summary>Whether messages with this header are to be believed, if they can be opened.</summary>
    SealingFault Check(in SealedHeader header);

    /// <summary>The key with which a message that passed <see cref="Check"/> is opened; of one that was revoked, null where it is not held. Secret.</summary>
    byte[]? OpeningKeyOf(in SealedHeader header);

    /// <summary>Looks for keys that are not here yet, if it was not done just now.</summary>
    /// <exception cref="Exception">They cannot be had; whatever the way to them gives.</exception>
    Task RefreshAsync(CancellationToken cancellationToken);
}

/// <summary>A key that seals.</summary>
/// <param name="Id">Of the group's secret.</param>
/// <param name="Sealer">The connector; all zero for a gateway, or for a connector with a key of its configuration.</param>
/// <param name="Key">Secret.</param>
internal sealed record SealingKey(uint Id, Guid Sealer, byte[] Key)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => $"{Id:x8}";
}

namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>Why a message of a broker is refused. The names are those of the counter's label.</summary>
internal enum SealingFault
{
    /// <summary>None.</summary>
    None,

    /// <summary>Not sealed, or cut short.</summary>
    NotSealed,

    /// <summary>Under a key that is not held here, or that has ended.</summary>
    UnknownKey,

    /// <summary>By a connector that was revoked or blocked.</summary>
    Revoked,

    /// <summary>Altered, made by somebody without the key, or meant for another queue or session.</summary>
    Forged,

    /// <summary>Came before, or so many messages late that it cannot be told whether it did.</summary>
    Replayed,

    /// <summary>Sealed too long ago, or in the future: kept back by the broker, or clocks differ.</summary>
    Stale,
}

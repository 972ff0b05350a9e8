namespace AppProxy.Gateway.Keys;

/// <summary>Where signing keys are kept.</summary>
internal interface ISigningKeyVault
{
    /// <summary>For the operator; without secrets.</summary>
    string Name { get; }

    /// <summary>All keys, the oldest first; none at the first start.</summary>
    /// <exception cref="KeyException">Cannot be read.</exception>
    Task<IReadOnlyList<StoredSigningKey>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps one more key, unless there is one of the same number: somebody else was first then, and false comes back.</summary>
    /// <exception cref="KeyException">Cannot be written.</exception>
    Task<bool> TryAddAsync(StoredSigningKey key, CancellationToken cancellationToken);

    /// <summary>Forgets the private halves of keys before this number; what else is known of them stays.</summary>
    /// <exception cref="KeyException">Cannot be written.</exception>
    Task EraseBeforeAsync(int sequence, CancellationToken cancellationToken);
}

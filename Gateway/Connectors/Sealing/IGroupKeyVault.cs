namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary>Where groups' keys are kept.</summary>
/// <remarks>Every method throws <see cref="Storage.StoreException"/> when the store cannot be used.</remarks>
internal interface IGroupKeyVault
{
    /// <summary>All keys of all groups; of a group the oldest first.</summary>
    Task<IReadOnlyList<GroupKey>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Keeps one more key, and lets the group's others end at <paramref name="othersEndAt"/> where they do not end sooner, both or neither. False
    /// when there is one of that number: somebody else was first.
    /// </summary>
    Task<bool> TryAddAsync(GroupKey key, DateTimeOffset othersEndAt, CancellationToken cancellationToken);

    /// <summary>Forgets keys that ended before.</summary>
    Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

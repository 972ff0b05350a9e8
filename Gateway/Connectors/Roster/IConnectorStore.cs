namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Keeps connectors and the tokens that they enrol with.</summary>
/// <remarks>Every method throws <see cref="Storage.StoreException"/> when the store cannot be used.</remarks>
internal interface IConnectorStore
{
    Task AddTokenAsync(EnrollmentTokenRecord token, CancellationToken cancellationToken);

    Task<EnrollmentTokenRecord?> FindTokenAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Uses up one use of the token and keeps the connector, both or neither. Its name is made unique by a number behind it; a connector
    /// of that name that is revoked or blocked makes room, and stays under another (<see cref="ConnectorNames.Retire"/>). Case makes no other name.
    /// </summary>
    /// <returns>The connector with the name it got; null when the token has no use left.</returns>
    Task<ConnectorRecord?> EnrollAsync(string tokenId, ConnectorRecord connector, CancellationToken cancellationToken);

    Task<ConnectorRecord?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>All, by name.</summary>
    Task<IReadOnlyList<ConnectorRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Those that are revoked or blocked.</summary>
    Task<IReadOnlyList<ConnectorRecord>> ListShutOutAsync(CancellationToken cancellationToken);

    /// <summary>Keeps how a connector is, in the place of how it was. Of one that is gone meanwhile nothing is kept.</summary>
    Task SavePresenceAsync(string id, PresenceRecord presence, CancellationToken cancellationToken);

    /// <summary>How connectors were when they were last heard of, by id.</summary>
    Task<IReadOnlyDictionary<string, PresenceRecord>> ListPresenceAsync(CancellationToken cancellationToken);

    /// <summary>Changes a connector, if it is there; <paramref name="change"/> may be asked again when somebody else changed it meanwhile.</summary>
    /// <returns>What it is then; null when it is not there.</returns>
    Task<ConnectorRecord?> UpdateAsync(string id, Func<ConnectorRecord, ConnectorRecord> change, CancellationToken cancellationToken);
}

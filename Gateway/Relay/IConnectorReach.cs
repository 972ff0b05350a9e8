namespace AppProxy.Gateway.Relay;

/// <summary>Which connectors of a group say that they reach an app. Asked when a connector turned out not to, and never on the way of other requests.</summary>
internal interface IConnectorReach
{
    /// <summary>What those connectors say of it that are there now: by uplink session, whether they reach it. Who says nothing of it is missing.</summary>
    ValueTask<IReadOnlyDictionary<Guid, bool>> ListAsync(string group, string app);
}

using AppProxy.Contracts.Transport.Amqp;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>A node that answers requests: $cbs, or the $management of an entity.</summary>
/// <param name="Path">The node's path.</param>
/// <param name="Entity">The entity that it manages; null for $cbs.</param>
internal sealed record BrokerNode(string Path, string? Entity)
{
    public static BrokerNode? Find(string path) =>
        path.Equals(Dialect.CbsNode, StringComparison.OrdinalIgnoreCase) ? new BrokerNode(Dialect.CbsNode, null)
        : path.EndsWith(Dialect.ManagementSuffix, StringComparison.OrdinalIgnoreCase) ? new BrokerNode(path, path[..^Dialect.ManagementSuffix.Length])
        : null;
}

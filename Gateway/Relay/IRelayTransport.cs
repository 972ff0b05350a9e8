using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Relay;

/// <summary>The broker that the relay uses: the embedded one in process, or a namespace over the wire.</summary>
internal interface IRelayTransport
{
    /// <summary>Opens a transport on which the group's three queues can be used; makes them first where that is ours to do.</summary>
    ValueTask<ITransport> ConnectAsync(string group, CancellationToken cancellationToken);
}

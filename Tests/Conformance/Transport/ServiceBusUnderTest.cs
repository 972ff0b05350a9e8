using System.Collections.Concurrent;
using System.Globalization;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.ServiceBus;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>The client for Azure Service Bus, with a connection string, against our own broker over a real socket.</summary>
internal class ServiceBusUnderTest : BrokerUnderTest
{
    private readonly ConcurrentBag<ServiceBusTransport> _transports = [];

    public override async Task<ITransport> OpenAsync(CancellationToken cancellationToken)
    {
        var connectionString = ServiceBusConnectionString.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $"Endpoint=sb://{Server.Tcp.Host}:{Server.Tcp.Port}/;SharedAccessKeyName={Rule};SharedAccessKey={Key};UseDevelopmentEmulator=true"));
        var transport = await ServiceBusTransport.ConnectAsync(connectionString.ToTransportOptions(Time), cancellationToken);
        _transports.Add(transport);
        return transport;
    }

    public override Task CutAsync(ITransport transport, CancellationToken cancellationToken)
    {
        Find(transport).Cut();
        return Task.CompletedTask;
    }

    /// <summary>The client itself, which something may stand before.</summary>
    protected virtual ServiceBusTransport Find(ITransport transport) => (ServiceBusTransport)transport;

    protected override async Task WhenRenewedAsync(CancellationToken cancellationToken)
    {
        foreach (var transport in _transports)
        {
            await transport.Renewing.WaitAsync(cancellationToken);
        }
    }
}

using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>Our own client against our own broker, over a real socket or WebSocket.</summary>
internal sealed class AmqpUnderTest(bool overWebSocket) : BrokerUnderTest
{
    public override async Task<ITransport> OpenAsync(CancellationToken cancellationToken) => await AmqpTransport.ConnectAsync(
        new AmqpTransportOptions
        {
            Endpoint = overWebSocket ? Server.WebSocket : Server.Tcp,
            TokenProvider = new SharedAccessKeyTokenProvider(Rule, Key, Time, TimeSpan.FromDays(1)),
            Time = Time,
        },
        cancellationToken);

    public override Task CutAsync(ITransport transport, CancellationToken cancellationToken)
    {
        ((AmqpTransport)transport).Abort();
        return Task.CompletedTask;
    }
}

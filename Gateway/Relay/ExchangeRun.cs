using AppProxy.Contracts.Exchanges;

namespace AppProxy.Gateway.Relay;

/// <summary>One attempt of an exchange that a connector instance has named itself for.</summary>
internal sealed class ExchangeRun(GatewayExchange owner, ConnectorInstance instance, ExchangeChannel channel)
{
    public GatewayExchange Owner => owner;

    public ConnectorInstance Instance => instance;

    public ExchangeChannel Channel => channel;
}

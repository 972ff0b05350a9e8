using AppProxy.Contracts.Exchanges;

namespace AppProxy.Connector.Execution;

/// <summary>The body of an exchange's request as it comes from the gateway; what the app has taken opens the window for more.</summary>
internal sealed class ExchangeBody(ConnectorExchange exchange, TimeProvider time) : IRequestBody
{
    private readonly InboundBody _body = exchange.Channel.Inbound!;

    public ReadOnlyMemory<byte>? Trailers => _body.Trailers;

    public bool TryRead(out BodySlice slice) => _body.TryRead(out slice);

    public void Consume(int count)
    {
        exchange.LastMoved = time.GetTimestamp();
        exchange.Channel.Consume(count);
    }

    public async ValueTask<bool> WaitAsync()
    {
        exchange.IsAwaitingBody = true;
        var more = await _body.WaitAsync();
        exchange.IsAwaitingBody = false;
        return more || _body.IsDrained ? more : throw new RequestBodyBrokenException(_body.Failure);
    }

    public void Stop() => _body.Dispose();
}

namespace AppProxy.Contracts.Transport.Tokens;

/// <summary>Gives a transport its tokens: one for each entity, and a new one before each runs out.</summary>
public interface IBrokerTokenProvider
{
    /// <summary>Gives a token for <paramref name="audience"/>, a URI like <c>amqps://ns.host/requests.default</c>.</summary>
    ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken);
}

using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Tests.Contracts.Transport.ServiceBus;

/// <summary>Gives one token, of which it says when it ends, and none after it.</summary>
internal sealed class LastTokenProvider(IBrokerTokenProvider inner, DateTimeOffset expiresAt) : IBrokerTokenProvider
{
    private int _asked;

    public DateTimeOffset ExpiresAt => expiresAt;

    public async ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken) =>
        Interlocked.Increment(ref _asked) == 1
            ? await inner.GetTokenAsync(audience, cancellationToken) with { ExpiresAt = expiresAt }
            : throw new TransportException(TransportFailure.Unauthorized, "There is no other.");
}

using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Tests.Contracts.Transport.ServiceBus;

/// <summary>Counts the tokens that another provider gives.</summary>
internal sealed class CountingTokenProvider(IBrokerTokenProvider inner) : IBrokerTokenProvider
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        return inner.GetTokenAsync(audience, cancellationToken);
    }
}

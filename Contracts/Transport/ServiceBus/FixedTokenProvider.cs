using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>Gives the one signature it was given, until that runs out: then the broker takes the links away.</summary>
internal sealed class FixedTokenProvider(string signature) : IBrokerTokenProvider
{
    private readonly BrokerToken _token = new(
        signature,
        BrokerTokenKind.SharedAccessSignature,
        SharedAccessSignature.TryParse(signature, out var parsed) ? parsed.ExpiresAt : throw new FormatException("Not a shared access signature."));

    public ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken) => ValueTask.FromResult(_token);
}

namespace AppProxy.Contracts.Transport.Tokens;

/// <summary>Signs tokens itself, with the key of a shared access authorization rule.</summary>
/// <param name="keyName">Name of the rule.</param>
/// <param name="key">Primary or secondary key of the rule, as text.</param>
/// <param name="time">Clock.</param>
/// <param name="lifetime">Life of each token; 20 minutes unless told.</param>
public sealed class SharedAccessKeyTokenProvider(string keyName, string key, TimeProvider time, TimeSpan? lifetime = null) : IBrokerTokenProvider
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(20);

    /// <inheritdoc/>
    public ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken)
    {
        var expiresAt = time.GetUtcNow() + (lifetime ?? DefaultLifetime);
        return ValueTask.FromResult(new BrokerToken(
            SharedAccessSignature.Create(audience, keyName, key, expiresAt), BrokerTokenKind.SharedAccessSignature, expiresAt));
    }
}

namespace AppProxy.Contracts.Transport.Tokens;

/// <summary>The $cbs node of one connection, where tokens are put (claims-based security).</summary>
internal interface IClaimsNode
{
    /// <summary>Puts a token for an entity and returns the answer.</summary>
    /// <param name="audience">What the token is for: an <c>amqps://</c> URL that ends with the entity's name.</param>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TransportException">The node is gone, or cannot be reached.</exception>
    Task<ClaimsAnswer> PutTokenAsync(string audience, BrokerToken token, CancellationToken cancellationToken);
}

/// <summary>What the node made of a token.</summary>
/// <param name="Status">200 and 202 mean that it was taken.</param>
/// <param name="Description">The broker's words, for an operator to read.</param>
internal readonly record struct ClaimsAnswer(long Status, string? Description);

using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Contracts.Transport.Amqp.Client;

/// <summary>The broker's $cbs, over links that are attached for the first token and last as long as the session.</summary>
internal sealed class ClaimsNode(AmqpSession session) : IClaimsNode
{
    // Not cancelled with who asks first: the session's end ends the wait too.
    private readonly Lazy<Task<RequestLinks>> _links = new(() => RequestLinks.OpenAsync(session, Dialect.CbsNode, CancellationToken.None));

    public async Task<ClaimsAnswer> PutTokenAsync(string audience, BrokerToken token, CancellationToken cancellationToken)
    {
        var links = await _links.Value.WaitAsync(cancellationToken);
        var reply = await links.AskAsync(
            new AmqpMap
            {
                { "operation", Dialect.PutToken },
                { "type", Dialect.TokenTypeOf(token.Kind) },
                { "name", audience },
                { "expiration", AmqpValue.Timestamp(token.ExpiresAt) },
            },
            token.Value,
            cancellationToken);
        return new ClaimsAnswer(reply.ApplicationProperties["status-code"].Integer ?? 500, reply.ApplicationProperties["status-description"].Text);
    }
}

using Amqp;
using Amqp.Framing;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>The namespace's $cbs, over links that are opened for the first token, and again when they are gone.</summary>
internal sealed class ClaimsNode(Session session) : IClaimsNode, IDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private NodeRequests? _node;

    public async Task<ClaimsAnswer> PutTokenAsync(string audience, BrokerToken token, CancellationToken cancellationToken)
    {
        var node = await OpenAsync(cancellationToken);
        var properties = new ApplicationProperties
        {
            ["operation"] = Dialect.PutToken,
            ["type"] = Dialect.TokenTypeOf(token.Kind),
            ["name"] = audience,
            ["expiration"] = token.ExpiresAt.UtcDateTime,
        };
        var reply = await node.AskAsync(properties, token.Value, cancellationToken);
        return new ClaimsAnswer(StatusCode.Of(reply, "status-code"), reply.ApplicationProperties?.Map["status-description"] as string);
    }

    public void Dispose() => _opening.Dispose();

    private async Task<NodeRequests> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _node is { IsOpen: true } ? _node : _node = await NodeRequests.OpenAsync(session, Dialect.CbsNode, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }
}

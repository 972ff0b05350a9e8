using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>Opens a link and lets go of it at once: no message is sent, and none taken, since nothing comes without credit. A session is one that nobody else knows.</summary>
internal static class LinkProbe
{
    /// <summary>As a connector does, or the other way round.</summary>
    public static Task<LinkAnswer> OpenAsync(ITransport transport, GroupEntity entity, bool sends, CancellationToken cancellationToken)
        => sends ? SendAsync(transport, entity.Name, cancellationToken) : ListenAsync(transport, entity, cancellationToken);

    public static async Task<LinkAnswer> SendAsync(ITransport transport, string queue, CancellationToken cancellationToken)
    {
        try
        {
            await using var sender = await transport.OpenSenderAsync(queue, cancellationToken);
            return new LinkAnswer(null, sender.MaxBodySize);
        }
        catch (TransportException refusal)
        {
            return new LinkAnswer(refusal, 0);
        }
    }

    public static async Task<LinkAnswer> ListenAsync(ITransport transport, GroupEntity entity, CancellationToken cancellationToken)
    {
        try
        {
            var options = new ReceiverOptions { Mode = entity.Mode, SessionId = entity.HasSessions ? Guid.NewGuid().ToString("N") : null };
            await using var receiver = await transport.OpenReceiverAsync(entity.Name, options, new Deaf(), cancellationToken);
            return new LinkAnswer(null, 0);
        }
        catch (TransportException refusal)
        {
            return new LinkAnswer(refusal, 0);
        }
    }

    private sealed class Deaf : IMessageHandler
    {
        public void OnMessage(InboundMessage message) => message.Release();

        public void OnClosed(TransportException? reason)
        {
        }
    }
}

/// <summary>What the broker said to a link.</summary>
/// <param name="Refusal">Null: it is open.</param>
/// <param name="MaxBodySize">Of a sender: largest body, in octets.</param>
internal readonly record struct LinkAnswer(TransportException? Refusal, int MaxBodySize)
{
    public bool IsOpen => Refusal is null;

    public bool IsUnauthorized => Refusal?.Failure == TransportFailure.Unauthorized;

    public bool IsMissing => Refusal?.Failure == TransportFailure.EntityNotFound;

    /// <summary>The queue has sessions where it shall have none, or the other way round.</summary>
    public bool IsOfOtherKind => Refusal?.Failure == TransportFailure.NotAllowed;

    /// <summary>The broker's words, without a full stop.</summary>
    public string Words => (Refusal?.Message ?? "").ReplaceLineEndings(" ").TrimEnd('.');
}

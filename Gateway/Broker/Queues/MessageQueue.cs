using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>One queue.</summary>
internal sealed class MessageQueue
{
    internal MessageQueue(QueueOptions options)
    {
        Options = options;
    }

    public QueueOptions Options { get; }

    public string Name => Options.Name;

    /// <summary>Takes a message and its reference. When refused, returns why and leaves the reference with the caller.</summary>
    public TransportFailure? Enqueue(BrokerMessage message) => throw new NotImplementedException();

    /// <summary>As <see cref="Enqueue(BrokerMessage)"/>, all of them or none.</summary>
    public TransportFailure? Enqueue(ReadOnlySpan<BrokerMessage> messages) => throw new NotImplementedException();

    /// <summary>Adds a consumer of the queue, or of the session that <paramref name="options"/> names.</summary>
    /// <exception cref="TransportException">NotAllowed, SessionCannotBeLocked, EntityNotFound (queue deleted).</exception>
    public QueueConsumer Attach(ConsumerOptions options, IDeliverySink sink) => throw new NotImplementedException();

    /// <summary>Waits for a session that has messages and no holder, and attaches to it.</summary>
    /// <exception cref="TransportException">Timeout, NotAllowed, EntityNotFound.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is held.</exception>
    public ValueTask<QueueConsumer> AttachNextSessionAsync(ConsumerOptions options, IDeliverySink sink, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Settles by lock token ($management update-disposition); false = message-lock-lost.</summary>
    public bool TrySettle(Guid lockToken, Settlement settlement, DeadLetterInfo? deadLetter = null) => throw new NotImplementedException();

    /// <summary>Renews a message's lock for another lock duration; false = message-lock-lost.</summary>
    public bool TryRenewLock(Guid lockToken, out DateTimeOffset lockedUntil) => throw new NotImplementedException();

    /// <summary>Renews a session's lock; false = session-lock-lost.</summary>
    public bool TryRenewSessionLock(string sessionId, out DateTimeOffset lockedUntil) => throw new NotImplementedException();

    /// <summary>State of a session that somebody holds; false = session-lock-lost. Null state = none set.</summary>
    public bool TryGetSessionState(string sessionId, out byte[]? state) => throw new NotImplementedException();

    /// <summary>Sets or, with null, clears the state of a session that somebody holds; false = session-lock-lost.</summary>
    public bool TrySetSessionState(string sessionId, byte[]? state) => throw new NotImplementedException();

    /// <summary>Tells <paramref name="observer"/> of sessions held and freed, those held now first, in order and under no lock, until disposed.</summary>
    public IDisposable Watch(ISessionObserver observer) => throw new NotImplementedException();

    /// <summary>A snapshot for metrics and the scale signal.</summary>
    public QueueCounts GetCounts() => throw new NotImplementedException();
}

using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Gateway.Broker.InProcess;

/// <summary>
/// The transport of whoever lives in the broker's process: the queue engine itself, with its locks, lives, sessions and counts; only the wire
/// is skipped. Messages reach the handler on the thread that enqueues them, under no lock.
/// </summary>
internal sealed class InProcessTransport : ITransport, ISessionPresence
{
    private readonly QueueEngine _engine;
    private readonly Lock _gate = new();
    private readonly HashSet<InProcessReceiver> _receivers = [];
    private readonly TaskCompletionSource<TransportException?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _stopping;
    private volatile TransportException? _end;

    public InProcessTransport(QueueEngine engine)
    {
        _engine = engine;
        _stopping = engine.Stopping.Register(static state => ((InProcessTransport)state!).Abort("The broker stopped."), this);
    }

    public Task<TransportException?> Closed => _closed.Task;

    /// <summary>Why nothing goes any more; null while open.</summary>
    internal TransportException? End => _end;

    public ValueTask<IMessageSender> OpenSenderAsync(string queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<IMessageSender>(new InProcessSender(this, Find(queue)));
    }

    public ValueTask<IMessageReceiver> OpenReceiverAsync(string queue, ReceiverOptions options, IMessageHandler handler, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = Find(queue);
        var consumerOptions = new ConsumerOptions { Mode = options.Mode, SessionId = options.SessionId, KeepSessionLock = true };
        var receiver = new InProcessReceiver(this, found, consumerOptions, handler);
        lock (_gate)
        {
            if (_end is null)
            {
                _receivers.Add(receiver);
                return new ValueTask<IMessageReceiver>(receiver);
            }
        }

        // The transport ended meanwhile and does not know this receiver.
        receiver.Abort(_end);
        throw new TransportException(_end.Failure, _end.Message);
    }

    public IDisposable Watch(string queue, ISessionObserver observer) => Find(queue).Watch(observer);

    public void Evict(string queue, string sessionId) =>
        Find(queue).Evict(sessionId, new TransportException(TransportFailure.ConnectionLost, "The receiver of the session has fallen silent."));

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in BeginEnd(new TransportException(TransportFailure.Detached, "The transport was disposed.")))
        {
            await receiver.DisposeAsync();
        }

        _closed.TrySetResult(null);
        await _stopping.DisposeAsync();
    }

    /// <summary>Ends it as a lost connection would: what is locked goes back with its delivery count raised.</summary>
    internal void Abort(string why) => Abort(new TransportException(TransportFailure.ConnectionLost, why));

    internal void Abort(TransportException reason)
    {
        foreach (var receiver in BeginEnd(reason))
        {
            receiver.Abort(reason);
        }

        _closed.TrySetResult(reason);
    }

    internal void Remove(InProcessReceiver receiver)
    {
        lock (_gate)
        {
            _receivers.Remove(receiver);
        }
    }

    private InProcessReceiver[] BeginEnd(TransportException reason)
    {
        lock (_gate)
        {
            _end ??= reason;
            return [.. _receivers];
        }
    }

    private MessageQueue Find(string queue)
    {
        ThrowIfEnded();
        return _engine.TryFind(queue, out var found)
            ? found
            : throw new TransportException(TransportFailure.EntityNotFound, $"There is no queue '{queue}'.");
    }

    private void ThrowIfEnded()
    {
        if (_end is { } reason)
        {
            throw new TransportException(reason.Failure, reason.Message);
        }
    }
}

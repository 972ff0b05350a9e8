using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Gateway.Broker.InProcess;

/// <summary>A consumer of the engine whose sink is the handler.</summary>
internal sealed class InProcessReceiver : IMessageReceiver, IDeliverySink
{
    private readonly InProcessTransport _transport;
    private readonly IMessageHandler _handler;
    private readonly QueueConsumer _consumer;
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _drains = new();
    private readonly TaskCompletionSource _detached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDetached;
    private TransportException? _reason;

    public InProcessReceiver(InProcessTransport transport, MessageQueue queue, ConsumerOptions options, IMessageHandler handler)
    {
        _transport = transport;
        _handler = handler;
        _consumer = queue.Attach(options, this);
    }

    public void AddCredit(int count) => _consumer.AddCredit(count);

    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        var drain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isDetached)
            {
                Finish(drain);
            }
            else
            {
                _drains.Enqueue(drain);
            }
        }

        _consumer.Drain();
        await drain.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _consumer.Close();
        await _detached.Task;
    }

    void IDeliverySink.Deliver(BrokerMessage message) => _handler.OnMessage(message);

    void IDeliverySink.Drained(int unusedCredit)
    {
        TaskCompletionSource? drain;
        lock (_gate)
        {
            // The oldest: its caller was here before this drain began, so all its credit is taken back, too.
            _drains.TryDequeue(out drain);
        }

        drain?.SetResult();
    }

    void IDeliverySink.Evict(TransportException reason) => _transport.Abort(reason);

    void IDeliverySink.Detached(TransportException? reason)
    {
        _transport.Remove(this);
        lock (_gate)
        {
            _isDetached = true;
            _reason = reason;
            while (_drains.TryDequeue(out var drain))
            {
                Finish(drain);
            }
        }

        try
        {
            _handler.OnClosed(reason);
        }
        finally
        {
            _detached.SetResult();
        }
    }

    internal void Abort(TransportException reason) => _consumer.Abort(reason);

    private void Finish(TaskCompletionSource drain)
    {
        if (_reason is null)
        {
            drain.SetResult();
        }
        else
        {
            drain.SetException(_reason);
        }
    }
}

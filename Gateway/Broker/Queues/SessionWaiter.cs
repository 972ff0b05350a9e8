namespace AppProxy.Gateway.Broker.Queues;

/// <summary>Somebody who waits for the next free session. Whoever takes it off the queue's list, under the queue's lock, answers it.</summary>
internal sealed class SessionWaiter
{
    private readonly TaskCompletionSource<QueueConsumer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SessionWaiter(ConsumerOptions options, IDeliverySink sink)
    {
        Options = options;
        Sink = sink;
        Node = new LinkedListNode<SessionWaiter>(this);
    }

    public ConsumerOptions Options { get; }

    public IDeliverySink Sink { get; }

    public LinkedListNode<SessionWaiter> Node { get; }

    public Task<QueueConsumer> Answer => _answer.Task;

    public void Accept(QueueConsumer consumer) => _answer.SetResult(consumer);

    public void Refuse(Exception reason) => _answer.SetException(reason);
}

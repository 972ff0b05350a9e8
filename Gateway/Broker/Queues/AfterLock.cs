namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// What one operation found to do and may only do once the queue's lock is given back: call sinks and observers, move messages to the
/// dead-letter queue, set the timer. The lock is thereby never held around somebody else's code, nor two locks at once.
/// </summary>
internal struct AfterLock
{
    private QueueConsumer? _consumer;
    private List<QueueConsumer>? _moreConsumers;
    private List<BrokerMessage>? _deadLetters;
    private long _due;
    private bool _arm;
    private bool _tell;

    public void Call(QueueConsumer consumer)
    {
        if (_consumer is null)
        {
            _consumer = consumer;
        }
        else
        {
            (_moreConsumers ??= []).Add(consumer);
        }
    }

    public void DeadLetter(BrokerMessage message) => (_deadLetters ??= []).Add(message);

    public void TellObservers() => _tell = true;

    public void ArmTimer(long due)
    {
        if (!_arm || due < _due)
        {
            _arm = true;
            _due = due;
        }
    }

    public readonly void Run(MessageQueue queue)
    {
        if (_arm)
        {
            queue.Timer.Arm(_due);
        }

        if (_deadLetters is not null)
        {
            foreach (var message in _deadLetters)
            {
                queue.DeadLetterQueue!.EnqueueDeadLetter(message);
            }
        }

        if (_tell)
        {
            queue.SessionWatch.Tell();
        }

        if (_consumer is null)
        {
            return;
        }

        DeliveryTrampoline.Run(_consumer);
        if (_moreConsumers is not null)
        {
            foreach (var consumer in _moreConsumers)
            {
                DeliveryTrampoline.Run(consumer);
            }
        }
    }
}

using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <content>Consumers: credit, turns, and their end.</content>
internal sealed partial class MessageQueue
{
    // Consumers of a queue without sessions that have credit, in the order of their turns.
    private readonly LinkedList<QueueConsumer> _ready = new();

    internal void AddCredit(QueueConsumer consumer, int count)
    {
        var after = default(AfterLock);
        lock (_gate)
        {
            var credit = (int)Math.Min(int.MaxValue, (long)consumer.Credit + count);
            consumer.Limit = unchecked(consumer.Delivered + (uint)credit);
            OnCreditChanged(consumer, ref after);
        }

        after.Run(this);
    }

    internal void SetDeliveryLimit(QueueConsumer consumer, uint limit)
    {
        var after = default(AfterLock);
        lock (_gate)
        {
            consumer.Limit = limit;
            OnCreditChanged(consumer, ref after);
        }

        after.Run(this);
    }

    internal void SetPaused(QueueConsumer consumer, bool paused)
    {
        var after = default(AfterLock);
        lock (_gate)
        {
            consumer.IsPaused = paused;
            OnCreditChanged(consumer, ref after);
        }

        after.Run(this);
    }

    internal void Drain(QueueConsumer consumer)
    {
        var after = default(AfterLock);
        lock (_gate)
        {
            if (consumer.IsEnded)
            {
                return;
            }

            var unused = consumer.Credit;
            consumer.Delivered = unchecked(consumer.Delivered + (uint)unused);
            OnCreditChanged(consumer, ref after);
            consumer.Outbox.Drained(unused);
            Schedule(consumer, ref after);
        }

        after.Run(this);
    }

    /// <summary>Ends a consumer: its session is free, what it has not settled goes back, and its sink is told.</summary>
    internal void End(QueueConsumer consumer, TransportException? reason, bool raiseDeliveryCount)
    {
        var after = default(AfterLock);
        lock (_gate)
        {
            EndLocked(consumer, reason, raiseDeliveryCount, ref after);
        }

        after.Run(this);
    }

    internal SinkCall TakeNextCall(QueueConsumer consumer)
    {
        lock (_gate)
        {
            while (true)
            {
                var call = consumer.Outbox.Take();
                switch (call.Kind)
                {
                    case SinkCallKind.Deliver when consumer.Mode == ReceiveMode.PeekLock && call.Message!.State == MessageState.Gone:
                        // Its lock ran out before the sink was ready for it. That was the sink's reference.
                        call.Message.Release();
                        continue;
                    case SinkCallKind.Deliver:
                        call.Message!.Handed = true;
                        return call;
                    case SinkCallKind.Nothing:
                        consumer.IsScheduled = false;
                        return call;
                    default:
                        return call;
                }
            }
        }
    }

    private QueueConsumer AttachTo(MessageSession session, ConsumerOptions options, IDeliverySink sink, ref AfterLock after)
    {
        var consumer = new QueueConsumer(this, session, options, sink);
        _consumers.AddLast(consumer.Node);
        if (Options.RequiresSession)
        {
            HoldSession(session, consumer, ref after);
        }

        return consumer;
    }

    private void EndLocked(QueueConsumer consumer, TransportException? reason, bool raiseDeliveryCount, ref AfterLock after)
    {
        if (consumer.IsEnded)
        {
            return;
        }

        consumer.IsEnded = true;
        _consumers.Remove(consumer.Node);
        UpdateTurn(consumer);
        TakeBackOutbox(consumer, ref after);
        TakeBackLocked(consumer, raiseDeliveryCount, ref after);
        if (Options.RequiresSession)
        {
            FreeSession(consumer.Session, ref after);
        }
        else
        {
            Dispatch(_whole, ref after);
        }

        consumer.Outbox.Detached(reason);
        Schedule(consumer, ref after);
    }

    /// <summary>What the sink has not seen was not delivered: in receive-and-delete it goes back as it is.</summary>
    private void TakeBackOutbox(QueueConsumer consumer, ref AfterLock after)
    {
        BrokerMessage? previous = null;
        while (consumer.Outbox.TakeMessage() is { } message)
        {
            if (consumer.Mode == ReceiveMode.ReceiveAndDelete)
            {
                _count++;
                _size += message.Size;
                _budget.Reserve(message.Size);
                message.Session!.Waiting.InsertBySequence(message, previous);
                StartWaiting(message, ref after);
                previous = message;
            }
            else if (message.State == MessageState.Gone)
            {
                message.Release();
            }
        }
    }

    private void OnCreditChanged(QueueConsumer consumer, ref AfterLock after)
    {
        UpdateTurn(consumer);
        if (consumer.CanTake)
        {
            Dispatch(consumer.Session, ref after);
        }
    }

    private QueueConsumer? NextConsumer(MessageSession session) =>
        !Options.RequiresSession ? _ready.First?.Value
        : session.Owner is { CanTake: true } owner ? owner
        : null;

    private void TakeCredit(QueueConsumer consumer)
    {
        consumer.Delivered = unchecked(consumer.Delivered + 1);
        if (Options.RequiresSession)
        {
            return;
        }

        if (_ready.Count > 1)
        {
            _ready.Remove(consumer.ReadyNode);
        }

        UpdateTurn(consumer);
    }

    /// <summary>Puts the consumer at the end of the round, or takes it out, as its credit is.</summary>
    private void UpdateTurn(QueueConsumer consumer)
    {
        if (Options.RequiresSession)
        {
            return;
        }

        var isIn = consumer.ReadyNode.List is not null;
        if (consumer.CanTake != isIn)
        {
            if (isIn)
            {
                _ready.Remove(consumer.ReadyNode);
            }
            else
            {
                _ready.AddLast(consumer.ReadyNode);
            }
        }
    }
}

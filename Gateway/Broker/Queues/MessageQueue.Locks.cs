using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <content>Locked messages: settling, renewing, going back.</content>
internal sealed partial class MessageQueue
{
    private readonly LockTable _locks = new();

    /// <summary>Settles by lock token ($management update-disposition); false = message-lock-lost.</summary>
    public bool TrySettle(Guid lockToken, Settlement settlement, DeadLetterInfo? deadLetter = null)
    {
        BrokerMessage? message;
        lock (_gate)
        {
            message = _locks.Find(lockToken);
        }

        return message is not null && TrySettle(message, settlement, deadLetter);
    }

    /// <summary>Renews a message's lock for another lock duration; false = message-lock-lost. In a session, renew that of the session.</summary>
    public bool TryRenewLock(Guid lockToken, out DateTimeOffset lockedUntil)
    {
        lock (_gate)
        {
            if (_locks.Find(lockToken) is not { } message || Options.RequiresSession)
            {
                lockedUntil = default;
                return false;
            }

            // To the end of the list, which is in the order of the locks' ends. The timer may fire for the old one and finds nothing.
            _whole.Locked.Remove(message);
            message.LockExpiresAt = BrokerClock.After(_clock.Now, Options.LockDuration);
            _whole.Locked.AddLast(message);
            lockedUntil = _clock.ToUtc(message.LockExpiresAt);
            return true;
        }
    }

    internal bool TrySettle(BrokerMessage message, Settlement settlement, DeadLetterInfo? deadLetter)
    {
        var after = default(AfterLock);
        lock (_gate)
        {
            if (message.State != MessageState.Locked)
            {
                return false;
            }

            Unlock(message);
            switch (settlement)
            {
                case Settlement.Complete:
                    Forget(message);
                    break;
                case Settlement.Abandon:
                    Return(message, message.DeliveryCount + 1, ref after);
                    Dispatch(message.Session!, ref after);
                    break;
                default:
                    DeadLetter(message, deadLetter ?? new DeadLetterInfo(null, null), ref after);
                    break;
            }

            if (Options.RequiresSession)
            {
                ForgetIfUnused(message.Session!);
            }
        }

        if (settlement == Settlement.Complete)
        {
            message.Buffer.Release();
        }
        else
        {
            after.Run(this);
        }

        return true;
    }

    internal Guid TokenOf(BrokerMessage message) => _locks.TokenOf(message);

    internal DateTimeOffset LockedUntilOf(BrokerMessage message) =>
        message.LockNumber == 0 ? default
        : Options.RequiresSession ? LockedUntilOf(message.Session!)
        : _clock.ToUtc(message.LockExpiresAt);

    private void TakeLock(BrokerMessage message, QueueConsumer consumer, long now, ref AfterLock after)
    {
        message.State = MessageState.Locked;
        message.Consumer = consumer;
        consumer.LockedCount++;
        message.Session!.Locked.AddLast(message);
        _locks.Add(message);
        if (!Options.RequiresSession)
        {
            message.LockExpiresAt = BrokerClock.After(now, Options.LockDuration);
            after.ArmTimer(message.LockExpiresAt);
        }
    }

    private void Unlock(BrokerMessage message)
    {
        message.Session!.Locked.Remove(message);
        message.Consumer!.LockedCount--;
        message.Consumer = null;
        _locks.Remove(message);
    }

    /// <summary>An unlocked message goes back to its place, or to the dead-letter queue after too many failures.</summary>
    private void Return(BrokerMessage message, int failedDeliveries, ref AfterLock after)
    {
        message.State = MessageState.Gone;
        var next = message.ForRedelivery(failedDeliveries);
        if (failedDeliveries >= Options.MaxDeliveryCount)
        {
            LogMaxDeliveryCountExceeded(_logger, Name, message.SequenceNumber, failedDeliveries);
            DeadLetter(next, new DeadLetterInfo(DeadLetterInfo.MaxDeliveryCountExceeded, "The message failed as often as the queue allows."), ref after);
            return;
        }

        next.Session!.Waiting.InsertBySequence(next);
        StartWaiting(next, ref after);
    }

    private void DeadLetter(BrokerMessage message, DeadLetterInfo info, ref AfterLock after)
    {
        Forget(message);
        if (DeadLetterQueue is null)
        {
            _dropped++;
            message.Release();
        }
        else
        {
            after.DeadLetter(message.ForDeadLetterQueue(info with { Source = Name }));
        }
    }

    /// <summary>Returns what a consumer has locked. From the last to the first, so that each finds its place at the head at once.</summary>
    private void TakeBackLocked(QueueConsumer consumer, bool raiseDeliveryCount, ref AfterLock after)
    {
        for (var message = consumer.Session.Locked.Last; message is not null && consumer.LockedCount > 0;)
        {
            var previous = message.Previous;
            if (message.Consumer == consumer)
            {
                Unlock(message);
                var wasSeen = message.Handed;
                Return(message, message.DeliveryCount + (wasSeen && raiseDeliveryCount ? 1 : 0), ref after);
                if (!wasSeen)
                {
                    message.Release(); // The reference that the sink would have got.
                }
            }

            message = previous;
        }
    }
}

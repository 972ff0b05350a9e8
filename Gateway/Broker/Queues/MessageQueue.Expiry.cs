namespace AppProxy.Gateway.Broker.Queues;

/// <content>What time does: locks run out, lives end.</content>
internal sealed partial class MessageQueue
{
    // Waiting messages whose life ends. A locked one does not expire; it may when it comes back.
    private readonly ExpiryHeap _lives = new();

    /// <summary>Does what is due. Called by the timer.</summary>
    private void Sweep()
    {
        var after = default(AfterLock);
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            var now = _clock.Now;
            ExpireMessageLocks(now, ref after);
            ExpireSessionLocks(now, ref after);
            while (_lives.Earliest <= now)
            {
                var message = _lives.First;
                RemoveWaiting(message);
                Expire(message, ref after);
            }

            after.ArmTimer(Math.Min(_lives.Earliest, Math.Min(
                Options.RequiresSession ? long.MaxValue : _whole.Locked.First?.LockExpiresAt ?? long.MaxValue,
                _sessionLocks.First?.Value.LockedUntil ?? long.MaxValue)));
        }

        after.Run(this);
    }

    private void ExpireMessageLocks(long now, ref AfterLock after)
    {
        if (Options.RequiresSession)
        {
            return;
        }

        while (_whole.Locked.First is { } message && message.LockExpiresAt <= now)
        {
            Unlock(message);
            Return(message, message.DeliveryCount + 1, ref after);
        }

        Dispatch(_whole, ref after);
    }

    private void Expire(BrokerMessage message, ref AfterLock after)
    {
        _expired++;
        if (Options.DeadLetteringOnMessageExpiration)
        {
            DeadLetter(message, new DeadLetterInfo(DeadLetterInfo.TimeToLiveExpired, "The message outlived its time to live."), ref after);
        }
        else
        {
            Forget(message);
            message.Release();
        }

        if (Options.RequiresSession)
        {
            ForgetIfUnused(message.Session!);
        }
    }
}

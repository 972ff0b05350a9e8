using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// One receiver of a queue or of one session. Starts without credit, so nothing is delivered before its owner knows it.
/// </summary>
/// <remarks>
/// What its sink is to be told is collected under the queue's lock, deliveries in <see cref="Outbox"/>, and told one by one outside of it by
/// whichever thread set <see cref="IsScheduled"/>.
/// </remarks>
internal sealed class QueueConsumer : IThreadPoolWorkItem
{
    internal QueueConsumer(MessageQueue queue, MessageSession session, ConsumerOptions options, IDeliverySink sink)
    {
        Queue = queue;
        Session = session;
        Mode = options.Mode;
        KeepsSessionLock = options.KeepSessionLock;
        Sink = sink;
        Node = new LinkedListNode<QueueConsumer>(this);
        ReadyNode = new LinkedListNode<QueueConsumer>(this);
    }

    public MessageQueue Queue { get; }

    public ReceiveMode Mode { get; }

    /// <summary>The session really held, also when the next free one was asked for; null on a plain queue.</summary>
    public string? SessionId => Queue.Options.RequiresSession ? Session.Id : null;

    /// <summary>End of the session's lock, by the broker's clock (com.microsoft:locked-until-utc).</summary>
    public DateTimeOffset SessionLockedUntil => Queue.LockedUntilOf(Session);

    /// <summary>Messages it may still be given.</summary>
    public int Credit => Math.Max(0, unchecked((int)(Limit - Delivered)));

    internal MessageSession Session { get; }

    internal IDeliverySink Sink { get; }

    internal bool KeepsSessionLock { get; }

    // What follows changes under the queue's lock only.

    /// <summary>Place among the queue's consumers.</summary>
    internal LinkedListNode<QueueConsumer> Node { get; }

    /// <summary>Place in the round of those that have credit.</summary>
    internal LinkedListNode<QueueConsumer> ReadyNode { get; }

    internal uint Limit { get; set; }

    internal uint Delivered { get; set; }

    internal bool IsPaused { get; set; }

    internal bool IsEnded { get; set; }

    /// <summary>Unsettled messages, those in the outbox included.</summary>
    internal int LockedCount { get; set; }

    internal ConsumerOutbox Outbox { get; } = new();

    /// <summary>Some thread is calling the sink or about to.</summary>
    internal bool IsScheduled { get; set; }

    internal bool CanTake => !IsPaused && !IsEnded && Credit > 0;

    /// <summary>Adds to the credit.</summary>
    public void AddCredit(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Queue.AddCredit(this, count);
    }

    /// <summary>
    /// Credit as AMQP states it, absolutely: the flow's delivery-count plus link-credit, as a serial number counted from 0 at attach.
    /// Saying it twice changes nothing. The consumer's own count goes by one for each delivery handed out, and by the unused credit of a drain.
    /// A limit 2^31 or more ahead reads as none: the caller caps link-credit below that.
    /// </summary>
    public void SetDeliveryLimit(uint limit) => Queue.SetDeliveryLimit(this, limit);

    /// <summary>Takes back all credit; <see cref="IDeliverySink.Drained"/> follows whatever is on its way already.</summary>
    public void Drain() => Queue.Drain(this);

    /// <summary>Gives it nothing more, credit or not, until <see cref="Resume"/>: for a sink whose output is full.</summary>
    public void Pause() => Queue.SetPaused(this, true);

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume() => Queue.SetPaused(this, false);

    /// <summary>
    /// Its owner closes it: the session is free at once and what was locked goes back to the head; the delivery count is raised on plain queues only.
    /// <see cref="IDeliverySink.Detached"/> with null follows.
    /// </summary>
    public void Close() => Queue.End(this, null, raiseDeliveryCount: !Queue.Options.RequiresSession);

    /// <summary>Its connection is lost: as <see cref="Close"/>, with the delivery count raised everywhere, and <paramref name="reason"/> told.</summary>
    public void Abort(TransportException reason) => Queue.End(this, reason, raiseDeliveryCount: true);

    void IThreadPoolWorkItem.Execute() => DeliveryTrampoline.Run(this);

    /// <summary>Tells the sink the next thing; false when there was nothing, and the next to find something runs the consumer again.</summary>
    internal bool CallNext()
    {
        var next = Queue.TakeNextCall(this);
        try
        {
            switch (next.Kind)
            {
                case SinkCallKind.Deliver:
                    Sink.Deliver(next.Message!);
                    return true;
                case SinkCallKind.Drained:
                    Sink.Drained(next.UnusedCredit);
                    return true;
                case SinkCallKind.Detached:
                    Sink.Detached(next.Reason);
                    return true;
                default:
                    return false;
            }
        }
        catch (Exception exception)
        {
            // A sink's fault is its own: the queue and the other consumers go on.
            Queue.OnSinkFailed(this, exception);
            return true;
        }
    }
}

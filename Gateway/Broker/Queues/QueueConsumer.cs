using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// One receiver of a queue or of one session. Starts without credit, so nothing is delivered before its owner knows it.
/// </summary>
internal sealed class QueueConsumer
{
    internal QueueConsumer(MessageQueue queue, ConsumerOptions options, IDeliverySink sink)
    {
        Queue = queue;
        Mode = options.Mode;
    }

    public MessageQueue Queue { get; }

    public ReceiveMode Mode { get; }

    /// <summary>The session really held, also when the next free one was asked for; null on a plain queue.</summary>
    public string? SessionId => throw new NotImplementedException();

    /// <summary>End of the session's lock, by the broker's clock (com.microsoft:locked-until-utc).</summary>
    public DateTimeOffset SessionLockedUntil => throw new NotImplementedException();

    /// <summary>Messages it may still be given.</summary>
    public int Credit => throw new NotImplementedException();

    /// <summary>Adds to the credit.</summary>
    public void AddCredit(int count) => throw new NotImplementedException();

    /// <summary>
    /// Credit as AMQP states it, absolutely: the flow's delivery-count plus link-credit, as a serial number counted from 0 at attach.
    /// Saying it twice changes nothing. The consumer's own count goes by one for each delivery handed out, and by the unused credit of a drain.
    /// </summary>
    public void SetDeliveryLimit(uint limit) => throw new NotImplementedException();

    /// <summary>Takes back all credit; <see cref="IDeliverySink.Drained"/> follows whatever is on its way already.</summary>
    public void Drain() => throw new NotImplementedException();

    /// <summary>Gives it nothing more, credit or not, until <see cref="Resume"/>: for a sink whose output is full.</summary>
    public void Pause() => throw new NotImplementedException();

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume() => throw new NotImplementedException();

    /// <summary>
    /// Its owner closes it: the session is free at once and what was locked goes back to the head; the delivery count is raised on plain queues only.
    /// <see cref="IDeliverySink.Detached"/> with null follows.
    /// </summary>
    public void Close() => throw new NotImplementedException();

    /// <summary>Its connection is lost: as <see cref="Close"/>, with the delivery count raised everywhere, and <paramref name="reason"/> told.</summary>
    public void Abort(TransportException reason) => throw new NotImplementedException();
}

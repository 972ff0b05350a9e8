namespace AppProxy.Gateway.Broker.Queues;

/// <summary>A list threaded through its messages, each of which is in one list at most: no node to allocate, removal in the middle at no cost.</summary>
internal sealed class MessageList
{
    public BrokerMessage? First { get; private set; }

    public BrokerMessage? Last { get; private set; }

    public int Count { get; private set; }

    public void AddLast(BrokerMessage message)
    {
        message.Previous = Last;
        message.Next = null;
        if (Last is null)
        {
            First = message;
        }
        else
        {
            Last.Next = message;
        }

        Last = message;
        Count++;
    }

    /// <summary>
    /// Puts a message that came back where its sequence number belongs: near the head. <paramref name="after"/> is the one inserted before it
    /// in a run of ascending numbers, so that a run costs one walk.
    /// </summary>
    public void InsertBySequence(BrokerMessage message, BrokerMessage? after = null)
    {
        var next = after is null ? First : after.Next;
        while (next is not null && next.SequenceNumber < message.SequenceNumber)
        {
            next = next.Next;
        }

        if (next is null)
        {
            AddLast(message);
            return;
        }

        message.Next = next;
        message.Previous = next.Previous;
        if (next.Previous is null)
        {
            First = message;
        }
        else
        {
            next.Previous.Next = message;
        }

        next.Previous = message;
        Count++;
    }

    public void Remove(BrokerMessage message)
    {
        if (message.Previous is null)
        {
            First = message.Next;
        }
        else
        {
            message.Previous.Next = message.Next;
        }

        if (message.Next is null)
        {
            Last = message.Previous;
        }
        else
        {
            message.Next.Previous = message.Previous;
        }

        message.Next = message.Previous = null;
        Count--;
    }
}

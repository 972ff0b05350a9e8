namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// Waiting messages by the end of their life: a 4-ary heap in which each message knows its place, so that one taken early leaves at once
/// instead of being remembered until its time.
/// </summary>
internal sealed class ExpiryHeap
{
    private const int Arity = 4;

    private (long Due, BrokerMessage Message)[] _entries = new (long, BrokerMessage)[16];
    private int _count;

    /// <summary>The earliest end, or <see cref="long.MaxValue"/>.</summary>
    public long Earliest => _count == 0 ? long.MaxValue : _entries[0].Due;

    public BrokerMessage First => _entries[0].Message;

    public void Add(BrokerMessage message)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        MoveUp(_count++, (message.ExpiresAt, message));
    }

    public void Remove(BrokerMessage message)
    {
        var hole = message.HeapIndex;
        message.HeapIndex = -1;
        var last = _entries[--_count];
        _entries[_count] = default;
        if (hole == _count)
        {
            return;
        }

        if (hole > 0 && last.Due < _entries[(hole - 1) / Arity].Due)
        {
            MoveUp(hole, last);
        }
        else
        {
            MoveDown(hole, last);
        }
    }

    private void MoveUp(int hole, (long Due, BrokerMessage Message) entry)
    {
        while (hole > 0)
        {
            var parent = (hole - 1) / Arity;
            if (_entries[parent].Due <= entry.Due)
            {
                break;
            }

            Place(hole, _entries[parent]);
            hole = parent;
        }

        Place(hole, entry);
    }

    private void MoveDown(int hole, (long Due, BrokerMessage Message) entry)
    {
        while (true)
        {
            var child = (hole * Arity) + 1;
            if (child >= _count)
            {
                break;
            }

            var end = Math.Min(child + Arity, _count);
            var least = child;
            for (var other = child + 1; other < end; other++)
            {
                if (_entries[other].Due < _entries[least].Due)
                {
                    least = other;
                }
            }

            if (_entries[least].Due >= entry.Due)
            {
                break;
            }

            Place(hole, _entries[least]);
            hole = least;
        }

        Place(hole, entry);
    }

    private void Place(int index, (long Due, BrokerMessage Message) entry)
    {
        _entries[index] = entry;
        entry.Message.HeapIndex = index;
    }
}

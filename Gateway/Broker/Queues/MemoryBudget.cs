namespace AppProxy.Gateway.Broker.Queues;

/// <summary>Bytes that all queues of an engine may hold together.</summary>
internal sealed class MemoryBudget(long limit)
{
    private long _used;

    public long Used => Volatile.Read(ref _used);

    /// <summary>Takes bytes, or takes nothing and says no.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>Takes bytes that are in memory already, such as those of a message that moves between queues.</summary>
    public void Reserve(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);
}

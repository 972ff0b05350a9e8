namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>
/// While a read loop works through what one read brought, connections that get something to write wait for the end of it: a hundred
/// messages that arrive together leave together, without a timer and without a hop to another thread.
/// </summary>
internal static class FlushBatch
{
    // A search in a longer list would cost more than the flush it saves.
    private const int MaxWaiting = 32;

    [ThreadStatic]
    private static List<AmqpConnection>? _waiting;

    [ThreadStatic]
    private static bool _isOpen;

    public static void Begin()
    {
        _waiting ??= [];
        _isOpen = true;
    }

    /// <summary>Whether a batch is open on this thread and will flush the connection at its end.</summary>
    public static bool TryAdd(AmqpConnection connection)
    {
        if (!_isOpen)
        {
            return false;
        }

        var waiting = _waiting!;
        if (waiting.Contains(connection))
        {
            return true;
        }

        if (waiting.Count >= MaxWaiting)
        {
            return false;
        }

        waiting.Add(connection);
        return true;
    }

    public static void End()
    {
        _isOpen = false;
        var waiting = _waiting!;
        for (var i = 0; i < waiting.Count; i++)
        {
            waiting[i].Flush();
        }

        waiting.Clear();
    }
}

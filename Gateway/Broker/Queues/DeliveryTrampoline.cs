namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// Runs consumers that have something to be told on the thread that found out, without recursion: a sink that sends while it is being
/// called only puts the next consumer on its thread's list, and that one runs when the sink is back. So two handlers that send to each other
/// neither dig a stack nor run inside each other.
/// </summary>
internal static class DeliveryTrampoline
{
    /// <summary>
    /// Calls that a thread makes before it gives the rest to the thread pool: enough to make the hop cheap, few enough that a connection's
    /// read loop is not kept for long by what other threads go on enqueuing.
    /// </summary>
    private const int Budget = 256;

    [ThreadStatic]
    private static Queue<QueueConsumer>? _pending;

    [ThreadStatic]
    private static bool _running;

    public static void Run(QueueConsumer consumer)
    {
        var pending = _pending ??= new Queue<QueueConsumer>();
        if (_running)
        {
            pending.Enqueue(consumer);
            return;
        }

        _running = true;
        var left = Budget;
        var next = consumer;
        do
        {
            while (left > 0 && next.CallNext())
            {
                left--;
            }

            if (left == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
            }
        }
        while (pending.TryDequeue(out next!));
        _running = false;
    }
}

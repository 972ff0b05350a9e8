namespace AppProxy.Contracts.Processes;

/// <summary>
/// Gives memory back when it has become quiet. A collector that is only asked for more when somebody allocates leaves what ten thousand
/// WebSockets needed to be opened lying around for as long as they are silent.
/// </summary>
internal static class QuietCollector
{
    /// <summary>How long it must have been quiet.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Octets allocated in an interval by a process that has nothing to do but its heartbeats.</summary>
    private const long Quiet = 512 * 1024;

    /// <summary>Octets allocated since the last time: below it, or below a sixteenth of what there is, there is little to gain for the pause.</summary>
    private const long Worthwhile = 1024 * 1024;

    /// <summary>Runs until <paramref name="stopping"/>; never throws.</summary>
    public static async Task RunAsync(TimeProvider time, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (collectedAt, before) = (0L, GC.GetTotalAllocatedBytes());
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var allocated = GC.GetTotalAllocatedBytes();
                if (allocated - before < Quiet && allocated - collectedAt > Math.Max(Worthwhile, GC.GetTotalMemory(forceFullCollection: false) / 16))
                {
                    // Stops the process for about a tenth of a second for each 100 MB that live: nobody is being served.
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    collectedAt = allocated;
                }

                before = allocated;
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }
}

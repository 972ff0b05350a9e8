namespace AppProxy.Benchmarks.Roles;

/// <summary>A role lives no longer than whoever started it: the end of standard input is the order to stop.</summary>
internal static class ParentGuard
{
    /// <summary>Completes when standard input ends, or when <paramref name="cancellationToken"/> fires.</summary>
    public static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var input = StandardStreams.OpenInput();
        var scrap = new byte[256];

        // A thread of its own: reading a pipe blocks, and no token reaches it.
        var ended = Task.Factory.StartNew(
            () =>
            {
                while (input.Read(scrap) > 0)
                {
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await ended.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>An app that answers only when the test says so, and knows how often it was called.</summary>
internal sealed class HeldApp
{
    private readonly Channel<HeldRun> _runs = Channel.CreateUnbounded<HeldRun>();
    private int _count;

    /// <summary>How many requests have come.</summary>
    public int Count => Volatile.Read(ref _count);

    public async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref _count);
        var run = new HeldRun(context);
        await using var aborted = context.RequestAborted.Register(run.OnAborted);
        _runs.Writer.TryWrite(run);
        await run.WaitForEndAsync();
    }

    /// <summary>The next request that has come, or will.</summary>
    public ValueTask<HeldRun> NextAsync(CancellationToken cancellationToken) => _runs.Reader.ReadAsync(cancellationToken);

    public async Task<HeldRun[]> NextAsync(int count, CancellationToken cancellationToken)
    {
        var runs = new HeldRun[count];
        for (var i = 0; i < count; i++)
        {
            runs[i] = await NextAsync(cancellationToken);
        }

        return runs;
    }
}

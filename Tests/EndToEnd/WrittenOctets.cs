using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd;

/// <summary>An app that writes as much as it is allowed to, and counts.</summary>
internal sealed class WrittenOctets
{
    /// <summary>So long without a write is a stop: pieces that may be written are written within microseconds.</summary>
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(1);

    private static readonly byte[] Piece = new byte[16 * 1024];
    private long _octets;
    private int _apps;

    public long Octets => Volatile.Read(ref _octets);

    public int Apps => Volatile.Read(ref _apps);

    public async Task WriteForeverAsync(HttpContext context)
    {
        Interlocked.Increment(ref _apps);
        FlushResult flushed;
        do
        {
            Piece.CopyTo(context.Response.BodyWriter.GetSpan(Piece.Length));
            context.Response.BodyWriter.Advance(Piece.Length);
            flushed = await context.Response.BodyWriter.FlushAsync();
            Interlocked.Add(ref _octets, Piece.Length);
        }
        while (!flushed.IsCompleted); // A write after the reader has gone succeeds at once: only this tells.
    }

    public async Task WaitUntilStillAsync(CancellationToken cancellationToken)
    {
        // The absence of writes has no event to wait for.
        for (var before = -1L; before != Octets || before == 0;)
        {
            before = Octets;
            await Task.Delay(Still, TimeProvider.System, cancellationToken);
        }
    }
}

using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd;

/// <summary>An app that writes as much as it is allowed to, and counts.</summary>
internal sealed class WrittenOctets
{
    /// <summary>Pieces that may be written are written within microseconds.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>So many looks in a row that see nothing new are a stop.</summary>
    private const int StillLooks = 6;

    private static readonly byte[] Piece = new byte[16 * 1024];
    private readonly Tally _apps = new();
    private long _octets;

    public long Octets => Volatile.Read(ref _octets);

    public async Task WriteForeverAsync(HttpContext context)
    {
        FlushResult flushed;
        var hasBegun = false;
        do
        {
            Piece.CopyTo(context.Response.BodyWriter.GetSpan(Piece.Length));
            context.Response.BodyWriter.Advance(Piece.Length);
            flushed = await context.Response.BodyWriter.FlushAsync();
            Interlocked.Add(ref _octets, Piece.Length);
            if (!hasBegun)
            {
                hasBegun = true;
                _apps.Add(1);
            }
        }
        while (!flushed.IsCompleted); // A write after the reader has gone succeeds at once: only this tells.
    }

    /// <summary>Waits until so many calls of the app have written something, and then until none writes any more.</summary>
    public async Task WaitUntilStillAsync(int apps, CancellationToken cancellationToken)
    {
        await _apps.WaitForAsync(count => count >= apps, cancellationToken);

        // The absence of writes has no event to wait for. A look that comes late says that this process was not run or is busy, and then
        // that nothing was written means nothing.
        var still = 0;
        for (var before = Octets; still < StillLooks; before = Octets)
        {
            var asked = TimeProvider.System.GetTimestamp();
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
            var isOnTime = TimeProvider.System.GetElapsedTime(asked) < Look * 1.5;
            still = Octets != before ? 0 : isOnTime ? still + 1 : still;
        }
    }
}

using System.IO.Pipelines;

namespace AppProxy.Contracts.Transport.Amqp.Wires;

/// <summary>The byte stream below one connection.</summary>
internal abstract class AmqpWire : IAsyncDisposable
{
    public abstract PipeReader Input { get; }

    /// <summary>
    /// Writes the segments in order and pushes them out. One call at a time; the segments stay the caller's and are not touched after the
    /// result is there.
    /// </summary>
    public abstract ValueTask WriteAsync(List<ArraySegment<byte>> segments);

    /// <summary>Ends a read or write that is under way, from any thread.</summary>
    public abstract void Abort();

    public abstract ValueTask DisposeAsync();
}

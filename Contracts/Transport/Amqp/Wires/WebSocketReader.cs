using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace AppProxy.Contracts.Transport.Amqp.Wires;

/// <summary>Reads a <see cref="WebSocketWire"/>, and says that the connection is lost where the WebSocket's stream says something else.</summary>
internal sealed class WebSocketReader(PipeReader inner) : PipeReader
{
    // Pooled: it stands between every read and its reader.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(cancellationToken);
        }
        catch (NotSupportedException over)
        {
            throw WebSocketWire.Lost(over);
        }
    }

    public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}

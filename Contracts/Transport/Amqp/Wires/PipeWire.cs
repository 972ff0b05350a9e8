using System.IO.Pipelines;

namespace AppProxy.Contracts.Transport.Amqp.Wires;

/// <summary>Over a pair of pipes: a Kestrel connection, or two ends in one process.</summary>
internal sealed class PipeWire(IDuplexPipe pipe, Action abort) : AmqpWire
{
    public override PipeReader Input => pipe.Input;

    public override async ValueTask WriteAsync(List<ArraySegment<byte>> segments)
    {
        var output = pipe.Output;
        for (var i = 0; i < segments.Count; i++)
        {
            ReadOnlySpan<byte> rest = segments[i];
            while (!rest.IsEmpty)
            {
                var span = output.GetSpan();
                var count = Math.Min(span.Length, rest.Length);
                rest[..count].CopyTo(span);
                output.Advance(count);
                rest = rest[count..];
            }
        }

        var result = await output.FlushAsync();
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new IOException("The peer reads no more.");
        }
    }

    public override void Abort()
    {
        pipe.Input.CancelPendingRead();
        pipe.Output.CancelPendingFlush();
        abort();
    }

    public override async ValueTask DisposeAsync()
    {
        await pipe.Output.CompleteAsync();
        await pipe.Input.CompleteAsync();
    }
}

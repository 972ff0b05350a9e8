using System.IO.Pipelines;
using AppProxy.Contracts.Transport.Amqp.Wires;

namespace AppProxy.Tests.Contracts.Transport.Amqp;

/// <summary>Two ends of a connection in one process.</summary>
internal sealed class PipePair
{
    private readonly Pipe _up = new(new PipeOptions(useSynchronizationContext: false, pauseWriterThreshold: 1024 * 1024));
    private readonly Pipe _down = new(new PipeOptions(useSynchronizationContext: false, pauseWriterThreshold: 1024 * 1024));

    public PipePair()
    {
        Client = new PipeWire(new End(_down.Reader, _up.Writer), () => { });
        Server = new PipeWire(new End(_up.Reader, _down.Writer), () => { });
    }

    public AmqpWire Client { get; }

    public AmqpWire Server { get; }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

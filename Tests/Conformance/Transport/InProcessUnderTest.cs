using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.InProcess;
using AppProxy.Gateway.Broker.Queues;
using Microsoft.Extensions.Time.Testing;

namespace AppProxy.Tests.Conformance.Transport;

internal sealed class InProcessUnderTest : ITransportUnderTest
{
    private readonly FakeTimeProvider _time = new();
    private QueueEngine? _engine;

    public Task StartBrokerAsync(IReadOnlyCollection<QueueSpec> queues, CancellationToken cancellationToken)
    {
        _engine = new QueueEngine(new QueueEngineOptions(), _time);
        foreach (var queue in queues)
        {
            queue.CreateIn(_engine);
        }

        return Task.CompletedTask;
    }

    public Task StopBrokerAsync(CancellationToken cancellationToken)
    {
        _engine!.Dispose();
        return Task.CompletedTask;
    }

    public Task<ITransport> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<ITransport>(new InProcessTransport(_engine!));

    public Task CutAsync(ITransport transport, CancellationToken cancellationToken)
    {
        ((InProcessTransport)transport).Abort("Cut by the test.");
        return Task.CompletedTask;
    }

    public Task PassTimeAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _engine?.Dispose();
        return ValueTask.CompletedTask;
    }
}

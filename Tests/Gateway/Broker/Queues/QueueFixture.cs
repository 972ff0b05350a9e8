using System.Text;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

/// <summary>An engine on a clock that stands still, and the check that nothing of it stays behind.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class QueueFixture
{
    protected const int Guard = 20_000;

    private readonly List<PooledBuffer> _buffers = [];
    private readonly List<RecordingSink> _sinks = [];
    private QueueEngine? _engine;

    protected FakeTimeProvider Time { get; } = new();

    internal QueueEngine Engine => _engine ??= new QueueEngine(EngineOptions, Time);

    internal virtual QueueEngineOptions EngineOptions => new();

    [TearDown]
    public void CheckThatNothingStaysBehind()
    {
        _sinks.ForEach(sink => sink.ReleaseAll());
        Engine.Dispose();

        Engine.SizeInBytes.Should().Be(0);
        lock (_buffers)
        {
            _buffers.Count(IsHeld).Should().Be(0, "every reference is given back");
        }
    }

    internal MessageQueue Queue(Func<QueueOptions, QueueOptions>? with = null)
    {
        var options = new QueueOptions { Name = "queue" };
        return Engine.GetOrCreate(with?.Invoke(options) ?? options);
    }

    internal MessageQueue SessionQueue(Func<QueueOptions, QueueOptions>? with = null) =>
        Queue(options => (with?.Invoke(options) ?? options) with { RequiresSession = true });

    internal RecordingSink NewSink(Action<BrokerMessage>? onDeliver = null)
    {
        var sink = new RecordingSink { OnDeliver = onDeliver };
        _sinks.Add(sink);
        return sink;
    }

    internal static QueueConsumer Attach(MessageQueue queue, IDeliverySink sink, int credit, ReceiveMode mode = ReceiveMode.PeekLock, string? sessionId = null, bool keep = false)
    {
        var consumer = queue.Attach(new ConsumerOptions { Mode = mode, SessionId = sessionId, KeepSessionLock = keep }, sink);
        consumer.AddCredit(credit);
        return consumer;
    }

    internal BrokerMessage NewMessage(string text, string? sessionId = null, TimeSpan timeToLive = default)
    {
        var buffer = PooledBuffer.Rent(text.Length * 3);
        lock (_buffers)
        {
            _buffers.Add(buffer);
        }

        var length = Encoding.UTF8.GetBytes(text, buffer.Array);
        return new BrokerMessage(buffer, buffer.Array.AsMemory(0, length)) { SessionId = sessionId, TimeToLive = timeToLive };
    }

    internal TransportFailure? TryEnqueue(MessageQueue queue, string text, string? sessionId = null, TimeSpan timeToLive = default)
    {
        var message = NewMessage(text, sessionId, timeToLive);
        var failure = queue.Enqueue(message);
        if (failure is not null)
        {
            message.Release();
        }

        return failure;
    }

    internal void Enqueue(MessageQueue queue, params string[] texts) => EnqueueInSession(queue, null, texts);

    internal void EnqueueInSession(MessageQueue queue, string? sessionId, params string[] texts)
    {
        foreach (var text in texts)
        {
            TryEnqueue(queue, text, sessionId).Should().BeNull();
        }
    }

    private static bool IsHeld(PooledBuffer buffer)
    {
        try
        {
            return buffer.Array is not null;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}

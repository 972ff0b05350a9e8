using System.Collections.Concurrent;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>
/// What every behaviour shares: a broker, and the rules that hold whatever is tested - a send is answered once, handlers are called one call
/// at a time and never after the end, and every buffer is given back.
/// </summary>
[TestFixtureSource(typeof(TransportsUnderTest))]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class TransportConformance(TransportKind kind)
{
    /// <summary>Milliseconds after which a test hangs.</summary>
    protected const int Guard = 30_000;

    protected const string Plain = "plain";
    protected const string Sessions = "sessions";

    protected static readonly ReceiverOptions PeekLock = new() { Mode = ReceiveMode.PeekLock };
    protected static readonly ReceiverOptions ReceiveAndDelete = new() { Mode = ReceiveMode.ReceiveAndDelete };

    private readonly ConcurrentQueue<ITransport> _transports = new();
    private readonly ConcurrentQueue<SentMessage> _sent = new();
    private readonly ConcurrentQueue<RecordingHandler> _handlers = new();

    protected ITransportUnderTest Broker { get; } = kind.Create();

    protected static ReceiverOptions InSession(string sessionId, ReceiveMode mode = ReceiveMode.PeekLock) => new() { Mode = mode, SessionId = sessionId };

    [TearDown]
    public async Task CheckTheRulesAsync()
    {
        using var guard = new CancellationTokenSource(Guard);
        foreach (var transport in _transports)
        {
            await transport.DisposeAsync().AsTask().WaitAsync(guard.Token);
        }

        foreach (var handler in _handlers)
        {
            foreach (var received in handler.All)
            {
                received.Message.Release();
            }
        }

        await Broker.DisposeAsync().AsTask().WaitAsync(guard.Token);

        _handlers.SelectMany(handler => handler.BrokenRules).Should().BeEmpty();
        _sent.Where(message => message.Completions != 1).Should().BeEmpty("a send is answered exactly once");
        _sent.Select(message => message.Buffer).Concat(_handlers.SelectMany(handler => handler.All).Select(received => received.Buffer))
            .Count(IsHeld).Should().Be(0, "every reference to a buffer is given back");
    }

    protected Task StartAsync(CancellationToken cancellationToken) =>
        StartAsync([new QueueSpec(Plain), new QueueSpec(Sessions) { RequiresSession = true }], cancellationToken);

    protected Task StartAsync(IReadOnlyCollection<QueueSpec> queues, CancellationToken cancellationToken) => Broker.StartBrokerAsync(queues, cancellationToken);

    protected async Task<ITransport> OpenAsync(CancellationToken cancellationToken)
    {
        var transport = await Broker.OpenAsync(cancellationToken);
        _transports.Enqueue(transport);
        return transport;
    }

    protected RecordingHandler NewHandler(Action<ReceivedMessage>? onArrival = null)
    {
        var handler = new RecordingHandler { OnArrival = onArrival };
        _handlers.Enqueue(handler);
        return handler;
    }

    /// <summary>Notes a message for the rules; every message of a test passes here on its way.</summary>
    protected SentMessage Noted(SentMessage message)
    {
        _sent.Enqueue(message);
        return message;
    }

    protected SentMessage Send(IMessageSender sender, SentMessage message)
    {
        sender.Send(Noted(message));
        return message;
    }

    /// <summary>Sends texts and waits until the broker has them.</summary>
    protected async Task SendInSessionAsync(IMessageSender sender, string? sessionId, CancellationToken cancellationToken, params string[] texts)
    {
        foreach (var message in texts.Select(text => Send(sender, new SentMessage(text, sessionId))).ToList())
        {
            (await message.Outcome.WaitAsync(cancellationToken)).Should().BeNull();
        }
    }

    protected Task SendAsync(IMessageSender sender, CancellationToken cancellationToken, params string[] texts) =>
        SendInSessionAsync(sender, null, cancellationToken, texts);

    /// <summary>Numbered texts.</summary>
    protected static string[] Texts(int count, int from = 0) => Enumerable.Range(from, count).Select(number => $"m{number}").ToArray();

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

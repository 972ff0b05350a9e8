using System.Text;
using System.Threading.Channels;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.InProcess;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>Somebody who may write to a group's queues, and is no gateway: puts request heads of its own there, and reads what connectors answer.</summary>
internal sealed class HostileWriter : IMessageHandler, IAsyncDisposable
{
    private readonly InProcessTransport _transport;
    private readonly Guid _session = Guid.NewGuid();
    private readonly Channel<(FrameType Type, ExchangeId Exchange, ushort Reason, Guid Uplink)> _answers = Channel.CreateUnbounded<(FrameType, ExchangeId, ushort, Guid)>();
    private IMessageSender _requests = null!;
    private IMessageSender _uplinks = null!;
    private IMessageReceiver _replies = null!;

    private HostileWriter(InProcessTransport transport) => _transport = transport;

    public static async Task<HostileWriter> StartAsync(TestEnvironment proxy, CancellationToken cancellation)
    {
        var writer = new HostileWriter(new InProcessTransport(proxy.GatewayServices.GetRequiredService<QueueEngine>()));
        writer._requests = await writer._transport.OpenSenderAsync(EntityNames.Requests("default"), cancellation);
        writer._uplinks = await writer._transport.OpenSenderAsync(EntityNames.Uplinks("default"), cancellation);
        writer._replies = await writer._transport.OpenReceiverAsync(
            EntityNames.Replies("default"), new ReceiverOptions { Mode = ReceiveMode.ReceiveAndDelete, SessionId = writer._session.ToString() }, writer, cancellation);
        writer._replies.AddCredit(1000);
        return writer;
    }

    /// <summary>Sends a request, and returns why it was refused; null when the app answered.</summary>
    /// <param name="assertion">What it says of who asks.</param>
    /// <param name="flags">What kind of request it is.</param>
    /// <param name="uplink">The instance to send it to, past the queue; null for any.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<(ExchangeFailure? Refused, Guid By)> SendAsync(string assertion, FrameFlags flags, Guid? uplink, CancellationToken cancellation)
    {
        var exchange = ExchangeId.Create();
        var message = new FrameBuffer(1024);
        message.RequestHead(
            flags,
            exchange,
            new Attempt(1, 0),
            0,
            new RequestHead { ReplySession = _session, AppId = "app"u8, Method = flags.HasFlag(FrameFlags.Replayable) ? "GET"u8 : "POST"u8, Target = "/"u8, Assertion = Encoding.Latin1.GetBytes(assertion), ResponseWindow = 100_000 },
            default(NoFields));
        (uplink is null ? _requests : _uplinks).Send(new Message(message, uplink?.ToString()));
        var by = Guid.Empty;
        await foreach (var answer in _answers.Reader.ReadAllAsync(cancellation))
        {
            if (answer.Exchange != exchange)
            {
                continue;
            }

            by = answer.Uplink == Guid.Empty ? by : answer.Uplink;
            switch (answer.Type)
            {
                case FrameType.Reset:
                    return ((ExchangeFailure)answer.Reason, by);
                case FrameType.ResponseHead:
                    return (null, by);
            }
        }

        throw new InvalidOperationException("The connector said nothing.");
    }

    public void OnMessage(InboundMessage message)
    {
        _replies.AddCredit(1);
        _ = MessageReader.TryOpen(message.Body, out var reader);
        while (reader.TryRead(out var frame))
        {
            var reason = frame.Header.Type == FrameType.Reset && ResetPayload.TryRead(frame.Payload.Span, out var reset) == FrameError.None ? reset.Reason : (ushort)0;
            var uplink = frame.Header.Type switch
            {
                FrameType.Claim when ClaimPayload.TryRead(frame.Payload.Span, out var claim) == FrameError.None => claim.UplinkSession,
                FrameType.ResponseHead when ResponseHead.TryRead(frame.Payload.Span, frame.Header.Flags, out var head) == FrameError.None => head.UplinkSession,
                _ => Guid.Empty,
            };
            _answers.Writer.TryWrite((frame.Header.Type, frame.Header.Exchange, reason, uplink));
        }

        message.Release();
    }

    public void OnClosed(TransportException? reason) => _answers.Writer.TryComplete();

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private sealed class Message : OutboundMessage
    {
        private readonly PooledBuffer _buffer;
        private readonly int _length;
        private readonly string? _session;

        public Message(FrameBuffer frames, string? session)
        {
            _length = frames.Length;
            _buffer = frames.Detach();
            _session = session;
        }

        public override PooledBuffer Buffer => _buffer;

        public override ReadOnlyMemory<byte> Body => _buffer.Array.AsMemory(0, _length);

        public override string? SessionId => _session;

        public override TimeSpan TimeToLive => TimeSpan.FromSeconds(30);

        public override void Completed(TransportException? failure) => _buffer.Release();
    }
}

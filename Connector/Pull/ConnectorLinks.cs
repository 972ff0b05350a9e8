using System.Collections.Concurrent;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Provisioning;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Pull;

/// <summary>
/// The connector's three links: requests are pulled by credit, frames of the gateways come on this instance's uplink session, and
/// frames go out to the gateways' reply sessions.
/// </summary>
internal sealed partial class ConnectorLinks : ILinkOwner, IOutboxOwner, IDisposable
{
    /// <summary>Small frames mostly; bodies are bounded by windows, so this only has to keep the line busy.</summary>
    private const int UplinkCredit = 1000;

    private static readonly TimeSpan ForgetGatewayAfter = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, GatewaySession> _gateways = new();
    private readonly ExchangeRunner _runner;
    private readonly ConnectorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ConnectorLinks> _logger;
    private readonly SettingsPull? _settings;
    private readonly ClaimTimer _claims;
    private TransportSupervisor? _supervisor;
    private IMessageSender? _replies;
    private IMessageReceiver? _requests;
    private IMessageReceiver? _uplink;
    private bool _stopping;

    public ConnectorLinks(ConnectorOptions options, ExchangeRunner runner, TimeProvider time, ILogger<ConnectorLinks> logger, SettingsPull? settings = null)
    {
        _options = options;
        _runner = runner;
        _time = time;
        _logger = logger;
        _settings = settings;
        _claims = new ClaimTimer(time);
        Slots = new Slots(options.Slots, options.MaxStreams);
        Clock = new BrokerClock(time);
        Budget = new WindowBudget(new WindowOptions());
    }

    /// <summary>This instance: fresh at every start, and again when its session can't be had back.</summary>
    public Guid UplinkSession { get; private set; } = Guid.NewGuid();

    public Slots Slots { get; }

    public BrokerClock Clock { get; }

    /// <summary>What request bodies on their way to apps may hold in this process.</summary>
    public WindowBudget Budget { get; }

    public IEnumerable<GatewaySession> Gateways => _gateways.Values;

    public int Exchanges => _gateways.Values.Sum(static gateway => gateway.Exchanges.Count);

    /// <summary>Whether the broker has everything that was written.</summary>
    public bool IsFlushed => _gateways.Values.All(static gateway => gateway.Outbox.IsFlushed);

    public void Supervise(TransportSupervisor supervisor) => _supervisor = supervisor;

    /// <inheritdoc/>
    public async ValueTask OpenAsync(ITransport transport, CancellationToken cancellationToken)
    {
        _replies = await transport.OpenSenderAsync(EntityNames.Replies(_options.Group), cancellationToken);
        _uplink = await OpenUplinkAsync(transport, cancellationToken);
        foreach (var gateway in _gateways.Values)
        {
            gateway.Outbox.Attach(_replies);
        }

        _requests = await transport.OpenReceiverAsync(
            EntityNames.Requests(_options.Group), new ReceiverOptions { Mode = ReceiveMode.PeekLock }, new RequestHandler(this), cancellationToken);
        if (!_stopping)
        {
            Slots.Attach(_requests);
        }
    }

    /// <inheritdoc/>
    public void OnLost()
    {
        _replies = null;
        Slots.Detach();
        foreach (var gateway in _gateways.Values)
        {
            gateway.Outbox.Detach();
        }
    }

    /// <inheritdoc/>
    public async ValueTask CloseAsync()
    {
        foreach (var link in (IAsyncDisposable?[])[_requests, _uplink, _replies])
        {
            if (link is not null)
            {
                await link.DisposeAsync();
            }
        }
    }

    public void Dispose() => _claims.Dispose();

    /// <inheritdoc/>
    public void OnLinkLost() => _supervisor?.OnLinkLost();

    /// <inheritdoc/>
    public void OnDropped(TransportException refusal) => LogFramesRefused(refusal.Failure, refusal.Message);

    /// <summary>Takes no more requests; what was delivered and not begun goes back to the queue.</summary>
    public async Task StopPullingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        Slots.Detach();
        if (_requests is { } requests)
        {
            try
            {
                await requests.DrainAsync(cancellationToken);
            }
            catch (Exception failure) when (failure is TransportException or OperationCanceledException or ObjectDisposedException)
            {
                // The link is gone, and its locks with it.
            }
        }
    }

    /// <summary>Takes requests again, from the next links on.</summary>
    public void PullAgain() => _stopping = false;

    /// <summary>Forgets the ways to gateways that had nothing for us lately.</summary>
    public void ForgetIdleGateways()
    {
        foreach (var (session, gateway) in _gateways)
        {
            if (gateway.Exchanges.IsEmpty && _time.GetElapsedTime(gateway.IdleSince) > ForgetGatewayAfter
                && _gateways.TryRemove(KeyValuePair.Create(session, gateway)))
            {
                gateway.Outbox.Abandon();
            }
        }
    }

    private async ValueTask<IMessageReceiver> OpenUplinkAsync(ITransport transport, CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        while (true)
        {
            try
            {
                var uplink = await transport.OpenReceiverAsync(
                    EntityNames.Uplinks(_options.Group),
                    // Locked until read: what a broken connection had on its way comes again on the next one, and duplicates are ignored.
                    new ReceiverOptions { Mode = ReceiveMode.PeekLock, SessionId = UplinkSession.ToString() },
                    new UplinkHandler(this),
                    cancellationToken);
                uplink.AddCredit(UplinkCredit);
                return uplink;
            }
            catch (TransportException refused) when (refused.Failure == TransportFailure.SessionCannotBeLocked)
            {
                if (_time.GetElapsedTime(asked) > TimeSpan.FromSeconds(1))
                {
                    // Somebody holds what was ours, perhaps a ghost of this very connection: begin anew as another instance.
                    EndAll(ExchangeFailure.ConnectorLost);
                    UplinkSession = Guid.NewGuid();
                    asked = _time.GetTimestamp();
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
            }
        }
    }

    /// <summary>Ends everything under way.</summary>
    public void EndAll(ExchangeFailure reason)
    {
        foreach (var gateway in _gateways.Values)
        {
            foreach (var (_, exchange) in gateway.Exchanges)
            {
                exchange.End(reason);
            }
        }
    }

    private GatewaySession GatewayOf(Guid replySession)
    {
        if (_gateways.TryGetValue(replySession, out var known))
        {
            return known;
        }

        var gateway = new GatewaySession(replySession, this, _time);
        var added = _gateways.GetOrAdd(replySession, gateway);
        if (ReferenceEquals(added, gateway) && _replies is { } replies)
        {
            gateway.Outbox.Attach(replies);
        }

        return added;
    }

    private void OnRequest(InboundMessage message)
    {
        if (_stopping)
        {
            message.Settle(Settlement.Abandon);
            message.Release();
            return;
        }

        Clock.Observe(message.EnqueuedTime);
        if (TryBegin(message) is var error and not FrameError.None)
        {
            LogRequestUnreadable(error);
            message.Settle(Settlement.DeadLetter);
            message.Release();
            Slots.Take();
            Slots.Free();
        }
    }

    private FrameError TryBegin(InboundMessage message)
    {
        var error = MessageReader.TryOpen(message.Body, out var reader);
        if (error != FrameError.None)
        {
            return error;
        }

        if (!reader.TryRead(out var frame) || frame.Header.Type != FrameType.RequestHead)
        {
            return FrameError.UnknownType;
        }

        error = RequestHead.TryRead(frame.Payload.Span, frame.Header.Flags, out var head);
        if (error != FrameError.None)
        {
            return error;
        }

        Slots.Take();
        var gateway = GatewayOf(head.ReplySession);
        if (message.DeliveryCount > 0 && gateway.HasBegun(frame.Header))
        {
            // A broken link returned it to the broker, but not the run from here. The next frame, a beat at the latest, is behind that run's first.
            using (var frames = gateway.Outbox.Open())
            {
                frames.SettleWhenAccepted(message);
            }

            gateway.OwesBeat = true;
            Slots.Free();
            return FrameError.None;
        }

        Begin(new ConnectorExchange(_runner, this, gateway, message, message.Buffer, frame, reader, head), gateway);
        return FrameError.None;
    }

    /// <summary>A request that came past the queue, because this instance has something that it needs. One that is stopping takes it all the same: no other has it.</summary>
    private void BeginDirected(PooledBuffer buffer, in Frame frame, in MessageReader rest)
    {
        if (RequestHead.TryRead(frame.Payload.Span, frame.Header.Flags, out var head) is var error and not FrameError.None)
        {
            LogUplinkUnreadable(error);
            return;
        }

        var gateway = GatewayOf(head.ReplySession);
        if (!gateway.HasBegun(frame.Header))
        {
            Slots.TakeUnasked();
            Begin(new ConnectorExchange(_runner, this, gateway, message: null, buffer, frame, rest, head), gateway);
        }
    }

    private void Begin(ConnectorExchange exchange, GatewaySession gateway)
    {
        gateway.Add(exchange);
        if (exchange.IsReplayable)
        {
            _claims.Add(exchange);
        }

        ThreadPool.UnsafeQueueUserWorkItem(exchange, preferLocal: false);
    }

    private void OnUplink(InboundMessage message)
    {
        _uplink?.AddCredit(1);
        Clock.Observe(message.EnqueuedTime);
        var error = MessageReader.TryOpen(message.Body, out var reader);
        if (error != FrameError.None)
        {
            LogUplinkUnreadable(error);
        }

        while (error == FrameError.None && reader.TryRead(out var frame))
        {
            if (frame.Header.Type == FrameType.Heartbeat)
            {
                _settings?.Hint(SettingsHint.Read(frame.Header));
                if (Heartbeat.TryRead(frame.Payload.Span, out var heartbeat) == FrameError.None
                    && _gateways.TryGetValue(heartbeat.Session, out var gateway))
                {
                    gateway.OnHeartbeat(frame.Header, heartbeat);
                }

                continue;
            }

            if (frame.Header.Type == FrameType.RequestHead)
            {
                // The rest of its message is its body.
                BeginDirected(message.Buffer, frame, reader);
                break;
            }

            if (FindExchange(frame.Header) is { } exchange)
            {
                exchange.OnFrame(frame, message.Buffer);
            }
        }

        message.Settle(Settlement.Complete);
        message.Release();
    }

    private ConnectorExchange? FindExchange(in FrameHeader header)
    {
        foreach (var gateway in _gateways.Values)
        {
            if (gateway.Exchanges.TryGetValue((header.Exchange, header.Attempt), out var exchange))
            {
                return exchange;
            }
        }

        return null;
    }

    [LoggerMessage(2001, LogLevel.Error, "A message on the request queue is not a request ({Error}); moved to the dead-letter queue")]
    private partial void LogRequestUnreadable(FrameError error);

    [LoggerMessage(2002, LogLevel.Error, "A message on the uplink is not of the relay's ({Error}); dropped")]
    private partial void LogUplinkUnreadable(FrameError error);

    [LoggerMessage(2003, LogLevel.Warning, "The broker refused frames ({Failure}): {Message}")]
    private partial void LogFramesRefused(TransportFailure failure, string message);

    private sealed class RequestHandler(ConnectorLinks links) : IMessageHandler
    {
        public void OnMessage(InboundMessage message) => links.OnRequest(message);

        public void OnClosed(TransportException? reason)
        {
            if (reason is not null)
            {
                links.OnLinkLost();
            }
        }
    }

    private sealed class UplinkHandler(ConnectorLinks links) : IMessageHandler
    {
        public void OnMessage(InboundMessage message) => links.OnUplink(message);

        public void OnClosed(TransportException? reason)
        {
            if (reason is not null)
            {
                links.OnLinkLost();
            }
        }
    }
}

using System.Collections.Concurrent;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Gateway.Diagnostics;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// This gateway's side of one connector group: heads go out on the group's request queue, frames to each connector instance on its
/// uplink session, and everything of theirs comes back on this instance's reply session. Frames for exchanges of other groups do not
/// exist here: the group is the boundary of trust.
/// </summary>
internal sealed partial class GroupRelay : ILinkOwner, IOutboxOwner
{
    /// <summary>Bodies are bounded by windows; this only has to keep the line busy.</summary>
    private const int RepliesCredit = 2000;

    private static readonly TimeSpan ForgetInstanceAfter = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ExchangeId, GatewayExchange> _exchanges = new();
    private readonly ConcurrentDictionary<Guid, ConnectorInstance> _instances = new();
    private readonly ConcurrentQueue<RequestMessage> _unsent = new();
    private readonly ConcurrentDictionary<string, Line> _lines = new();
    private readonly List<GatewayExchange> _answered = [];
    private readonly TimeProvider _time;
    private readonly ILogger<GroupRelay> _logger;
    private readonly IConnectorReach? _reach;
    private TransportSupervisor? _supervisor;
    private volatile IMessageSender? _requests;
    private IMessageSender? _uplinks;
    private IMessageReceiver? _replies;
    private ISessionPresence? _presence;
    private IDisposable? _watch;

    public GroupRelay(string group, WindowBudget budget, GatewayMeter meter, TimeProvider time, ILogger<GroupRelay> logger, IConnectorReach? reach = null)
    {
        _reach = reach;
        Group = group;
        Budget = budget;
        Meter = meter;
        _time = time;
        _logger = logger;
        Clock = new BrokerClock(time);
    }

    public string Group { get; }

    public WindowBudget Budget { get; }

    public GatewayMeter Meter { get; }

    public BrokerClock Clock { get; }

    /// <summary>This instance: fresh at every start, and again when its session can't be had back.</summary>
    public Guid ReplySession { get; private set; } = Guid.NewGuid();

    /// <summary>Listed as they come, because a copy of thousands at every sweep would be all that is allocated while they are silent.</summary>
    public IEnumerable<GatewayExchange> Exchanges => _exchanges.Select(static exchange => exchange.Value);

    public IEnumerable<ConnectorInstance> Instances => _instances.Values;

    public int Count => _exchanges.Count;

    public void Supervise(TransportSupervisor supervisor) => _supervisor = supervisor;

    /// <summary>The app's line.</summary>
    public Line LineOf(string app) => _lines.TryGetValue(app, out var line) ? line : _lines.GetOrAdd(app, static _ => new Line());

    public void Add(GatewayExchange exchange) => _exchanges[exchange.Id] = exchange;

    public void Remove(GatewayExchange exchange) => _exchanges.TryRemove(exchange.Id, out _);

    /// <summary>Puts a request on the queue, or keeps it for when the broker is back.</summary>
    public void Send(RequestMessage message)
    {
        if (_requests is { } requests)
        {
            requests.Send(message);
        }
        else
        {
            _unsent.Enqueue(message);
            if (_requests is { } opened)
            {
                // The link was opened meanwhile, and may have looked at what was kept too early.
                SendKept(opened);
            }
        }
    }

    private void SendKept(IMessageSender requests)
    {
        while (_unsent.TryDequeue(out var message))
        {
            requests.Send(message);
        }
    }

    /// <summary>The instance that reads on this uplink session.</summary>
    public ConnectorInstance InstanceOf(Guid uplink)
    {
        if (_instances.TryGetValue(uplink, out var known))
        {
            return known;
        }

        var instance = new ConnectorInstance(uplink, this, _time);
        var added = _instances.GetOrAdd(uplink, instance);
        if (ReferenceEquals(added, instance) && _uplinks is { } uplinks)
        {
            instance.Outbox.Attach(uplinks);
        }

        return added;
    }

    /// <summary>Whether an instance is not lost, as far as is known.</summary>
    public bool Has(ConnectorInstance instance) => _instances.TryGetValue(instance.Session, out var known) && known == instance;

    /// <summary>An instance that may reach an app: one that says so, or one that was heard of and says nothing of it. Null when none is left.</summary>
    /// <param name="app">What connectors call it.</param>
    /// <param name="tried">Uplink sessions of those that do not.</param>
    public async ValueTask<ConnectorInstance?> FindReachingAsync(string app, IReadOnlyCollection<Guid> tried)
    {
        var said = _reach is null ? [] : new Dictionary<Guid, bool>(await _reach.ListAsync(Group, app));
        var found = said.Where(instance => instance.Value && !tried.Contains(instance.Key)).Select(instance => InstanceOf(instance.Key)).Where(static instance => !instance.IsLost).ToList();
        if (found.Count == 0)
        {
            found = [.. Instances.Where(instance => !said.ContainsKey(instance.Session) && !tried.Contains(instance.Session) && !instance.IsLost)];
        }

        // Any, so that no single one gets all.
        return found.Count == 0 ? null : found[Random.Shared.Next(found.Count)];
    }

    public void OnSentElsewhere(string app, Guid from, Guid to, ExchangeFailure reason)
    {
        Meter.SentElsewhere(Group);
        LogSentElsewhere(Group, from, app, reason, to);
    }

    /// <inheritdoc/>
    public async ValueTask OpenAsync(ITransport transport, CancellationToken cancellationToken)
    {
        _uplinks = await transport.OpenSenderAsync(EntityNames.Uplinks(Group), cancellationToken);
        foreach (var instance in _instances.Values)
        {
            instance.Outbox.Attach(_uplinks);
        }

        _replies = await OpenRepliesAsync(transport, cancellationToken);
        _presence = transport as ISessionPresence;
        _watch = _presence?.Watch(EntityNames.Uplinks(Group), new UplinkObserver(this));
        _requests = await transport.OpenSenderAsync(EntityNames.Requests(Group), cancellationToken);
        SendKept(_requests);
    }

    /// <inheritdoc/>
    public void OnLost()
    {
        _requests = null;
        _uplinks = null;
        _presence = null;
        _watch?.Dispose();
        foreach (var instance in _instances.Values)
        {
            instance.Outbox.Detach();
        }
    }

    /// <inheritdoc/>
    public async ValueTask CloseAsync()
    {
        _watch?.Dispose();
        foreach (var link in (IAsyncDisposable?[])[_replies, _uplinks, _requests])
        {
            if (link is not null)
            {
                await link.DisposeAsync();
            }
        }
    }

    /// <inheritdoc/>
    public void OnLinkLost() => _supervisor?.OnLinkLost();

    /// <inheritdoc/>
    public void OnDropped(TransportException refusal) => LogFramesRefused(Group, refusal.Failure, refusal.Message);

    /// <summary>An instance is lost: its runs are sent again, or end.</summary>
    public void Lose(ConnectorInstance instance)
    {
        if (!_instances.TryRemove(KeyValuePair.Create(instance.Session, instance)))
        {
            return;
        }

        if (instance.IsSilent)
        {
            // It may be frozen: what the broker has given it, or would give it next, must go to others now.
            _presence?.Evict(EntityNames.Uplinks(Group), instance.Session.ToString());
        }

        if (!instance.Runs.IsEmpty)
        {
            LogInstanceLost(Group, instance.Session, instance.Runs.Count);
            Meter.InstanceLost(Group);
        }

        foreach (var (run, _) in instance.Runs)
        {
            run.Owner.OnRunLost(run);
        }

        instance.Outbox.Abandon();
        instance.LoseDirected();
    }

    /// <summary>Forgets instances that had nothing of ours lately.</summary>
    public void ForgetIdleInstances()
    {
        foreach (var (session, instance) in _instances)
        {
            if (instance.HasNothing && _time.GetElapsedTime(instance.IdleSince) > ForgetInstanceAfter
                && _instances.TryRemove(KeyValuePair.Create(session, instance)))
            {
                instance.Outbox.Abandon();
            }
        }
    }

    private async ValueTask<IMessageReceiver> OpenRepliesAsync(ITransport transport, CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        while (true)
        {
            try
            {
                var replies = await transport.OpenReceiverAsync(
                    EntityNames.Replies(Group),
                    new ReceiverOptions { Mode = ReceiveMode.ReceiveAndDelete, SessionId = ReplySession.ToString() },
                    new RepliesHandler(this),
                    cancellationToken);
                _replies = replies;
                replies.AddCredit(RepliesCredit);
                return replies;
            }
            catch (TransportException refused) when (refused.Failure == TransportFailure.SessionCannotBeLocked)
            {
                if (_time.GetElapsedTime(asked) > TimeSpan.FromSeconds(1))
                {
                    // What connectors still send goes to a session that nobody reads any more.
                    foreach (var exchange in Exchanges)
                    {
                        exchange.End(ExchangeFailure.BrokerGap);
                    }

                    ReplySession = Guid.NewGuid();
                    asked = _time.GetTimestamp();
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
            }
        }
    }

    private void OnReplies(InboundMessage message)
    {
        _replies?.AddCredit(1);
        Clock.Observe(message.EnqueuedTime);
        var error = MessageReader.TryOpen(message.Body, out var reader);
        if (error != FrameError.None)
        {
            Meter.BadMessage(Group, error);
            LogRepliesUnreadable(Group, error);
        }

        while (error == FrameError.None && reader.TryRead(out var frame))
        {
            if (_exchanges.TryGetValue(frame.Header.Exchange, out var exchange))
            {
                exchange.OnFrame(frame, message.Buffer);
                if (frame.Header.Type == FrameType.ResponseHead)
                {
                    _answered.Add(exchange);
                }
            }
            else
            {
                OnStrayFrame(frame);
            }
        }

        // Most responses end in the message that they began in; only what goes on needs to be watched.
        foreach (var exchange in _answered)
        {
            exchange.WatchUnlessComplete();
        }

        _answered.Clear();
        message.Release();
    }

    /// <summary>From a connector that lost its rights: what it has goes to others, and it is told that its runs are over.</summary>
    private void OnRevoked(InboundMessage message)
    {
        if (MessageReader.TryOpen(message.Body, out var reader) != FrameError.None)
        {
            return;
        }

        while (reader.TryRead(out var frame))
        {
            if (_exchanges.TryGetValue(frame.Header.Exchange, out var exchange))
            {
                exchange.OnRevokedFrame(frame);
            }

            _ = TryRefuse(frame);
        }
    }

    /// <summary>A frame of no exchange here: a heartbeat, or one that is over, unknown or another group's. Who claims one is told that it is over.</summary>
    private void OnStrayFrame(in Frame frame)
    {
        if (frame.Header.Type == FrameType.Heartbeat && Heartbeat.TryRead(frame.Payload.Span, out var heartbeat) == FrameError.None)
        {
            InstanceOf(heartbeat.Session).OnHeartbeat(frame.Header, heartbeat);
        }
        else if (!TryRefuse(frame))
        {
            Meter.StrayFrame(Group);
        }
    }

    /// <summary>Tells who begins a run with this frame that it is over; false when no run begins with it.</summary>
    private bool TryRefuse(in Frame frame)
    {
        switch (frame.Header.Type)
        {
            case FrameType.Claim when ClaimPayload.TryRead(frame.Payload.Span, out var claim) == FrameError.None:
                InstanceOf(claim.UplinkSession).Refuse(frame.Header, ExchangeFailure.AttemptRefused);
                return true;
            case FrameType.ResponseHead when !frame.Header.Flags.HasFlag(FrameFlags.Complete)
                    && ResponseHead.TryRead(frame.Payload.Span, frame.Header.Flags, out var head) == FrameError.None:
                InstanceOf(head.UplinkSession).Refuse(frame.Header, ExchangeFailure.AttemptRefused);
                return true;
            default:
                return false;
        }
    }

    [LoggerMessage(3001, LogLevel.Error, "Group '{Group}': a message on the reply session is not of the relay's ({Error}); dropped")]
    private partial void LogRepliesUnreadable(string group, FrameError error);

    [LoggerMessage(3002, LogLevel.Warning, "Group '{Group}': the broker refused frames ({Failure}): {Message}")]
    private partial void LogFramesRefused(string group, TransportFailure failure, string message);

    [LoggerMessage(3003, LogLevel.Warning, "Group '{Group}': connector instance {Session} is lost with {Count} exchanges")]
    private partial void LogInstanceLost(string group, Guid session, int count);

    [LoggerMessage(3004, LogLevel.Debug, "Group '{Group}': connector instance {From} does not reach app '{App}' ({Reason}); its request goes to {To}")]
    private partial void LogSentElsewhere(string group, Guid from, string app, ExchangeFailure reason, Guid to);

    private sealed class RepliesHandler(GroupRelay relay) : IMessageHandler, IRevokedMessageHandler
    {
        public void OnMessage(InboundMessage message) => relay.OnReplies(message);

        public void OnRevoked(InboundMessage message) => relay.OnRevoked(message);

        public void OnClosed(TransportException? reason)
        {
            if (reason is not null)
            {
                relay.OnLinkLost();
            }
        }
    }

    private sealed class UplinkObserver(GroupRelay relay) : ISessionObserver
    {
        public void OnSessionHeld(string sessionId)
        {
            if (Find(sessionId) is { } instance)
            {
                instance.OnHeld();
            }
        }

        public void OnSessionFreed(string sessionId)
        {
            if (Find(sessionId) is { } instance)
            {
                instance.OnFreed();
            }
        }

        private ConnectorInstance? Find(string sessionId) =>
            Guid.TryParse(sessionId, out var session) && relay._instances.TryGetValue(session, out var instance) ? instance : null;
    }
}

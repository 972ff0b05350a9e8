using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Assertions;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// One request of a client while it crosses the relay, with all the runs that connectors make of it. This is where the promises of
/// DESIGN.md section 5 are kept: one claim is granted, one run is committed, and only a replayable request that nobody has
/// answered is ever sent again.
/// </summary>
/// <remarks>
/// Frames come from the loop that reads the reply session, ends from anywhere; the client's side waits on signals. Owns the request's
/// first message (to send it again) and the response's head and body, until disposed.
/// </remarks>
internal sealed class GatewayExchange : IDisposable
{
    private static readonly TimeSpan ContinueAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly GroupRelay _group;
    private readonly TimeProvider _time;
    private readonly AsyncSignal _headReady = new();
    private readonly AsyncSignal _grantReady = new();
    private readonly List<ExchangeRun> _runs = new(1);
    private PooledBuffer? _request;
    private int _requestLength;
    private FrameBuffer? _headRest;
    private ushort _send = 1;
    private ExchangeRun? _granted;
    private ExchangeRun? _committed;
    private HeadAssembly? _head;
    private ReadOnlyMemory<byte> _assertion;
    private Line? _line;
    private ConnectorInstance? _directedTo;
    private List<Guid>? _tried;
    private ExchangeFailure _unreachable;
    private bool _isHomeless;
    private HttpContext? _flushing;
    private int _end = -1;
    private bool _continues;

    // Of the head, which may be written and given back already when it is asked for.
    private int _status;
    private bool _disposed;

    public GatewayExchange(GroupRelay group, PublishedApp app, FrameFlags flags, TimeProvider time)
    {
        _group = group;
        _time = time;
        App = app;
        Flags = flags;
        Id = ExchangeId.Create();
        Began = time.GetTimestamp();
        SentAt = Began;
        LastMoved = Began;
        Response = new InboundBody(group.Budget);
    }

    public ExchangeId Id { get; }

    public PublishedApp App { get; }

    public FrameFlags Flags { get; }

    public bool IsReplayable => Flags.HasFlag(FrameFlags.Replayable);

    /// <summary>The response's body.</summary>
    public InboundBody Response { get; }

    /// <summary>By whose leave it goes on; null where nobody's is needed.</summary>
    public IAdmission? Admission { get; init; }

    /// <summary>Where the client is.</summary>
    public System.Net.IPAddress? ClientAddress { get; init; }

    /// <summary>Who states to connectors whose request it is; null in tests without.</summary>
    public AssertionIssuer? Assertions { get; init; }

    /// <summary>That statement, good for a while from now: for the request as it is sent next.</summary>
    public ReadOnlyMemory<byte> TakeAssertion() => _assertion = FreshAssertion;

    public long Began { get; }

    /// <summary>When a byte of either body last moved.</summary>
    public long LastMoved { get; set; }

    /// <summary>Set when the request's connection to the app must be that of the client's connection.</summary>
    public ClientConnection? ClientConnection { get; init; }

    /// <summary>Whether the client sends its body only when the app asks for it, so that a refused upload costs nothing.</summary>
    public bool AsksToContinue { get; init; }

    /// <summary>Whether the client has yet to send more of its body: then the silence is its own.</summary>
    public bool AwaitsClientBody { get; set; }

    /// <summary>Whether the client has yet to take what was written to it.</summary>
    public bool AwaitsClientRead => Volatile.Read(ref _flushing) is not null;

    /// <summary>How many times the request was put on the queue.</summary>
    public int Sends => _send;

    /// <summary>Who ended the exchange first; null while nobody has.</summary>
    public ExchangeFailure? EndedBy => Volatile.Read(ref _end) is var end and >= 0 ? (ExchangeFailure)end : null;

    /// <summary>Whether a connector has it, as far as this gateway knows.</summary>
    public bool IsTaken
    {
        get
        {
            lock (_gate)
            {
                return _runs.Count > 0;
            }
        }
    }

    /// <summary>Session on which the replies are awaited.</summary>
    public Guid ReplySession => _group.ReplySession;

    /// <summary>Broker's time so long from now.</summary>
    public long DeadlineAfter(TimeSpan wait) => _group.Clock.After(wait);

    public bool IsCommitted => _committed is not null;

    /// <summary>The run that the client's body goes to and the response comes from.</summary>
    public ExchangeRun? Run => _committed ?? _granted;

    /// <summary>The response's head, once <see cref="WaitForHeadAsync"/> said so.</summary>
    public HeadAssembly Head => _head!;

    /// <summary>When the request was last put on the queue.</summary>
    public long SentAt { get; private set; }

    /// <summary>Stands in the app's line until a connector has the request; ends the exchange when the line is full.</summary>
    public bool TryEnterLine()
    {
        var line = _group.LineOf(App.Id);
        if (line.TryEnter(App.Relay.MaxWaitingRequests))
        {
            _line = line;
            return true;
        }

        End(ExchangeFailure.LineFull);
        return false;
    }

    /// <summary>Puts the request on the queue. Takes over <paramref name="request"/>, its one message.</summary>
    public void Send(FrameBuffer request)
    {
        if (HeadPieces.MustCut(request.WrittenSpan))
        {
            if (IsReplayable)
            {
                // A replayable request is complete in its message, or it could not be sent again.
                request.Dispose();
                End(ExchangeFailure.RequestHeadTooLarge);
                return;
            }

            _headRest = request;
            request = HeadPieces.First(request.WrittenSpan);
        }

        _requestLength = request.Length;
        var message = request.Detach();
        message.Retain();
        _request = message;
        SentAt = _time.GetTimestamp();
        if (ClientConnection?.Uplink is { } uplink && TryDirect(uplink, message))
        {
            message.Release();
            return;
        }

        _group.Send(new RequestMessage(this, message, _requestLength, App.Relay.WaitForConnector));
    }

    /// <summary>Sends the request past the queue to the one instance that has what it needs; false when that one is lost.</summary>
    private bool TryDirect(Guid uplink, PooledBuffer message)
    {
        var instance = _group.InstanceOf(uplink);
        lock (_gate)
        {
            _directedTo = instance;
        }

        message.Retain();
        instance.Direct(this, message, _requestLength);
        return _group.Has(instance) || !instance.TryTakeBack(this);
    }

    /// <summary>Waits for the response's head; false when the exchange ended before.</summary>
    public async ValueTask<bool> WaitForHeadAsync()
    {
        while (EndedBy is null)
        {
            if (Volatile.Read(ref _head) is { IsComplete: true })
            {
                return true;
            }

            if (Volatile.Read(ref _isHomeless))
            {
                await GoElsewhereAsync();
                continue;
            }

            await _headReady.WaitAsync();
        }

        return Volatile.Read(ref _head) is { IsComplete: true } && EndedBy == ExchangeFailure.None;
    }

    /// <summary>Waits for the run that gets the client's body; null when the exchange ended before.</summary>
    public async ValueTask<ExchangeChannel?> WaitForGrantAsync()
    {
        while (EndedBy is null)
        {
            if (Volatile.Read(ref _granted) is { } granted)
            {
                return granted.Channel;
            }

            await _grantReady.WaitAsync();
        }

        return null;
    }

    /// <summary>
    /// Waits until the app asks for the body, or begins a response that goes with it. False when it refuses, or the exchange ended. An app that
    /// knows nothing of this has its silence taken for a yes after a while, as clients take it (RFC 9110 section 10.1.1).
    /// </summary>
    public async ValueTask<bool> WaitForContinueAsync()
    {
        using var patience = _time.CreateTimer(static exchange => ((GatewayExchange)exchange!).Continue(), this, ContinueAfter, Timeout.InfiniteTimeSpan);
        while (EndedBy is null)
        {
            if (Volatile.Read(ref _continues))
            {
                return true;
            }

            if (Volatile.Read(ref _head) is { IsComplete: true })
            {
                return _status < StatusCodes.Status300MultipleChoices;
            }

            await _grantReady.WaitAsync();
        }

        return false;
    }

    /// <summary>A frame for this exchange, by the connector instance named in it when it is a run's first.</summary>
    public void OnFrame(in Frame frame, PooledBuffer owner)
    {
        switch (frame.Header.Type)
        {
            case FrameType.Claim when ClaimPayload.TryRead(frame.Payload.Span, out var claim) == FrameError.None:
                OnClaim(frame, claim);
                break;
            case FrameType.ResponseHead when ResponseHead.TryRead(frame.Payload.Span, frame.Header.Flags, out var head) == FrameError.None:
                OnResponseHead(frame, head.UplinkSession, head.Status, owner);
                break;
            case FrameType.Claim or FrameType.ResponseHead or FrameType.RequestHead or FrameType.Heartbeat:
                End(ExchangeFailure.ConnectorProtocol);
                break;
            default:
                OnRunFrame(frame, owner);
                break;
        }
    }

    /// <summary>The response goes on beyond the message that it began in: its connector is watched from now on.</summary>
    public void WatchUnlessComplete()
    {
        lock (_gate)
        {
            if (_committed is { } run && EndedBy is null && !Response.IsComplete)
            {
                run.Instance.Add(run);
            }
        }
    }

    /// <summary>The broker did not take the request.</summary>
    public void OnSendFailed(TransportException failure)
    {
        // A queue that is full is a group that can't keep up; anything else is the broker's state.
        End(failure.Failure == TransportFailure.QuotaExceeded ? ExchangeFailure.LineFull : ExchangeFailure.BrokerUnavailable);
    }

    /// <summary>The connector that had this run is gone, or does not know it any more.</summary>
    public void OnRunLost(ExchangeRun run)
    {
        lock (_gate)
        {
            run.Instance.Remove(run);
            if (!_runs.Contains(run) || Response.IsComplete)
            {
                return;
            }

            if (!IsReplayable || _committed is not null)
            {
                if (run != Run)
                {
                    return;
                }
            }
            else
            {
                _runs.Remove(run);
                SendAgain();
                return;
            }
        }

        End(ExchangeFailure.ConnectorLost);
    }

    /// <summary>The instance that the request was sent to past the queue is lost, and had not named itself: anyone may have it, and the client authenticates again.</summary>
    public void OnDirectLost()
    {
        lock (_gate)
        {
            _directedTo = null;
            if (ClientConnection is { } connection)
            {
                connection.Uplink = null;
            }

            if (_runs.Count > 0)
            {
                return;
            }

            if (_tried is null)
            {
                SendAgain();
                return;
            }

            Volatile.Write(ref _isHomeless, true);
        }

        _headReady.Raise();
    }

    /// <summary>Until <see cref="EndFlush"/> the client's pace counts. When the exchange ends meanwhile, its connection does too: nothing else would wake the writer.</summary>
    public void BeginFlush(HttpContext client)
    {
        Interlocked.Exchange(ref _flushing, client);
        if (EndedBy is not (null or ExchangeFailure.None))
        {
            AbortFlush();
        }
    }

    public void EndFlush() => Volatile.Write(ref _flushing, null);

    /// <summary>Ends the exchange, once, from wherever it is noticed; runs are told, except for the one that told us.</summary>
    public void End(ExchangeFailure reason, ExchangeRun? toldBy = null)
    {
        if (Interlocked.CompareExchange(ref _end, (int)reason, -1) != -1)
        {
            return;
        }

        lock (_gate)
        {
            NoLongerDirected();
            // By index: with both sides in one process a reset may come back as a frame before it is out of our hands.
            for (var i = 0; i < _runs.Count; i++)
            {
                var run = _runs[i];
                run.Instance.Remove(run);
                run.Channel.Close(reason);
                if (reason != ExchangeFailure.None && run != toldBy)
                {
                    run.Channel.SendReset(reason);
                }
            }
        }

        LeaveLine();
        Response.Fail(reason);
        _headReady.Raise();
        _grantReady.Raise();
        if (reason != ExchangeFailure.None)
        {
            AbortFlush();
        }
    }

    private void AbortFlush() => Interlocked.Exchange(ref _flushing, null)?.Abort();

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _head?.Dispose();
            _request?.Release();
            _request = null;
            _headRest?.Dispose();
            _headRest = null;
        }

        Response.Dispose();
    }

    private void OnClaim(in Frame frame, in ClaimPayload claim)
    {
        var instance = _group.InstanceOf(claim.UplinkSession);
        lock (_gate)
        {
            if (FindRun(frame.Header.Attempt) is not null)
            {
                return;
            }

            if (EndedBy is { } ended)
            {
                instance.Refuse(frame.Header, ended);
                return;
            }

            if (_committed is not null || (!IsReplayable && _granted is not null))
            {
                instance.Refuse(frame.Header, ExchangeFailure.AttemptRefused);
                return;
            }

            var run = AddRun(frame, instance, claim.Window);
            instance.Add(run);
            if (IsReplayable || claim.Window == 0)
            {
                // Without a window it is no claim: it names who refuses the request in the next frame.
                return;
            }

            Volatile.Write(ref _granted, run);
            Grant(run.Channel);
        }

        _grantReady.Raise();
    }

    /// <summary>A grant is the first frame of the body: sent here when there is none or it only comes after an upgrade, by the body's reader otherwise.</summary>
    private void Grant(ExchangeChannel channel)
    {
        using var frames = channel.Open();
        if (_headRest is { } whole)
        {
            // Kept until a run is committed: this one's connector may not reach the app.
            frames.HeadRest(ref channel.Sequence, HeadPieces.Rest(whole.WrittenSpan));
        }

        if (Flags.HasFlag(FrameFlags.Upgrade) || (_tried is not null && Flags.HasFlag(FrameFlags.Body)))
        {
            // After an upgrade the body comes much later; and who sends it may wait for the client, and not know of this grant yet.
            channel.SendData(frames, []);
        }
        else if (!Flags.HasFlag(FrameFlags.Body))
        {
            channel.SendEnd(frames, default(NoFields));
        }
    }

    private void OnResponseHead(in Frame frame, Guid uplink, int status, PooledBuffer owner)
    {
        ExchangeRun? run;
        lock (_gate)
        {
            run = FindRun(frame.Header.Attempt);
            if (run is null)
            {
                var instance = _group.InstanceOf(uplink);
                if (EndedBy is not null || _committed is not null || !IsReplayable)
                {
                    instance.Refuse(frame.Header, EndedBy ?? ExchangeFailure.AttemptRefused);
                    return;
                }

                run = AddRun(frame, instance, window: 0);
            }
            else if (!Admit(run, frame) || EndedBy is not null)
            {
                // Over already: the run was told so when it ended.
                return;
            }

            if (_committed is not null)
            {
                if (_committed != run)
                {
                    run.Channel.SendReset(ExchangeFailure.AttemptRefused);
                }

                return;
            }

            if (frame.Header.Flags.HasFlag(FrameFlags.Interim))
            {
                if (status == StatusCodes.Status100Continue && run == _granted)
                {
                    Continue();
                }

                return;
            }

            _committed = run;
            run.Channel.Inbound = Response;
            if (ClientConnection is { } connection)
            {
                connection.Uplink = run.Instance.Session;
            }

            _status = status;
            Volatile.Write(ref _head, new HeadAssembly(frame, owner, FrameLimits.MaxHeadLength));
            for (var i = 0; i < _runs.Count; i++)
            {
                var other = _runs[i];
                if (other != run)
                {
                    other.Instance.Remove(other);
                    other.Channel.SendReset(ExchangeFailure.AttemptRefused);
                }
            }

            // From here on nothing is sent again.
            _request?.Release();
            _request = null;
            _headRest?.Dispose();
            _headRest = null;
        }

        LastMoved = _time.GetTimestamp();
        OnHeadReady();
    }

    private void OnHeadReady()
    {
        _headReady.Raise();
        if (AsksToContinue)
        {
            _grantReady.Raise();
        }
    }

    private void Continue()
    {
        Volatile.Write(ref _continues, true);
        _grantReady.Raise();
    }

    private void OnRunFrame(in Frame frame, PooledBuffer owner)
    {
        ExchangeRun? run;
        lock (_gate)
        {
            run = FindRun(frame.Header.Attempt);
            if (run is null || !Admit(run, frame))
            {
                return;
            }

            if (frame.Header.Type == FrameType.Reset)
            {
                if (_committed is null && ((IsReplayable && IsWorthAnotherRun(frame)) || (_granted is null && IsStale(frame))))
                {
                    Drop(run);
                    SendAgain();
                    return;
                }

                if (frame.Header.Flags.HasFlag(FrameFlags.UnreachableHere) && TryLeave(run, frame))
                {
                    _headReady.Raise();
                    return;
                }

                if (run != Run && (Run is not null || _runs.Count > 1))
                {
                    Drop(run);
                    return;
                }
            }
            else if (run != Run)
            {
                return;
            }
            else if (frame.Header.Type == FrameType.HeadContinuation && _head?.TryAdd(frame) == true)
            {
                OnHeadReady();
                return;
            }
        }

        LastMoved = _time.GetTimestamp();
        switch (frame.Header.Type)
        {
            case FrameType.Reset:
                _ = ResetPayload.TryRead(frame.Payload.Span, out var reset);
                End((ExchangeFailure)reset.Reason, run);
                break;
            default:
                if (!run.Channel.TryTake(frame, owner))
                {
                    End(ExchangeFailure.ConnectorProtocol);
                }
                else if (frame.Header.Type == FrameType.End)
                {
                    run.Instance.Remove(run);
                }

                break;
        }
    }

    /// <summary>A connector that stops, or that lost us for a moment, says nothing about the app: another one may do it.</summary>
    private static bool IsWorthAnotherRun(in Frame frame) =>
        ResetPayload.TryRead(frame.Payload.Span, out var reset) == FrameError.None
        && (ExchangeFailure)reset.Reason is ExchangeFailure.ConnectorShutdown or ExchangeFailure.GatewayLost or ExchangeFailure.ConnectorLost;

    private ReadOnlyMemory<byte> FreshAssertion => Assertions?.Get(App, Admission, _group.Clock) ?? default;

    /// <summary>Nothing has begun, and there is a newer assertion than the connector was shown.</summary>
    private bool IsStale(in Frame frame) =>
        ResetPayload.TryRead(frame.Payload.Span, out var reset) == FrameError.None
        && (ExchangeFailure)reset.Reason == ExchangeFailure.AssertionExpired
        && FreshAssertion is var fresh && fresh.Length == _assertion.Length && !fresh.Equals(_assertion);

    private bool Admit(ExchangeRun run, in Frame frame)
    {
        switch (run.Channel.Admit(frame))
        {
            case Passage.InOrder:
                return true;
            case Passage.Gap when IsReplayable && _committed is null:
                Drop(run);
                run.Channel.SendReset(ExchangeFailure.BrokerGap);
                SendAgain();
                return false;
            case Passage.Gap:
                End(ExchangeFailure.BrokerGap);
                return false;
            default:
                return false;
        }
    }

    /// <summary>The one run there is has sent nothing to the app, and nothing of the client's body is gone: another connector may have it all.</summary>
    private bool TryLeave(ExchangeRun run, in Frame frame)
    {
        if (_committed is not null || _request is null || EndedBy is not null || _runs.Count > 1
            || ResetPayload.TryRead(frame.Payload.Span, out var reset) != FrameError.None
            || !run.Channel.TryWithdraw((ExchangeFailure)reset.Reason, mayHaveEnded: !HasPumpedBody))
        {
            return false;
        }

        Drop(run);
        (_tried ??= []).Add(run.Instance.Session);
        _unreachable = (ExchangeFailure)reset.Reason;
        Volatile.Write(ref _granted, null);
        Volatile.Write(ref _isHomeless, true);
        SentAt = _time.GetTimestamp();
        return true;
    }

    /// <summary>Whether the body comes from the client while it goes out.</summary>
    private bool HasPumpedBody => (Flags & (FrameFlags.Body | FrameFlags.Replayable | FrameFlags.Upgrade)) == FrameFlags.Body;

    /// <summary>Sends the request past the queue to a connector that has not had it and may reach the app; ends it when there is none.</summary>
    private async ValueTask GoElsewhereAsync()
    {
        Guid[] tried;
        lock (_gate)
        {
            Volatile.Write(ref _isHomeless, false);
            tried = [.. _tried!];
        }

        var instance = await _group.FindReachingAsync(App.TargetId, tried);
        PooledBuffer? copy = null;
        lock (_gate)
        {
            if (EndedBy is not null || _request is null || _runs.Count > 0)
            {
                return;
            }

            if (instance is not null)
            {
                _tried!.Add(instance.Session);
                _directedTo = instance;
                _send++;
                SentAt = _time.GetTimestamp();
                copy = RequestMessage.Copy(_request.Array.AsSpan(0, _requestLength), _send, _group.Clock.After(App.Relay.WaitForConnector), TakeAssertion().Span);
            }
        }

        if (copy is null)
        {
            End(_unreachable);
            return;
        }

        _group.OnSentElsewhere(App.TargetId, tried[^1], instance!.Session, _unreachable);
        instance.Direct(this, copy, _requestLength);
        if (!_group.Has(instance) && instance.TryTakeBack(this))
        {
            OnDirectLost();
        }
    }

    private void Drop(ExchangeRun run)
    {
        _runs.Remove(run);
        run.Instance.Remove(run);
    }

    private ExchangeRun AddRun(in Frame first, ConnectorInstance instance, long window)
    {
        var channel = new ExchangeChannel(instance.Outbox, Id, first.Header.Attempt, firstOut: 1, firstIn: first.Header.Sequence + 1, window, inbound: null);
        var run = new ExchangeRun(this, instance, channel);
        _runs.Add(run);
        NoLongerDirected();
        LeaveLine();
        return run;
    }

    private void NoLongerDirected()
    {
        _directedTo?.TryTakeBack(this);
        _directedTo = null;
    }

    private void LeaveLine() => Interlocked.Exchange(ref _line, null)?.Leave();

    private ExchangeRun? FindRun(Attempt attempt)
    {
        foreach (var run in _runs)
        {
            if (run.Channel.Attempt == attempt)
            {
                return run;
            }
        }

        return null;
    }

    private void SendAgain()
    {
        if (_request is null || EndedBy is not null)
        {
            return;
        }

        _send++;
        SentAt = _time.GetTimestamp();
        _group.Meter.SentAgain(App.ConnectorGroup);
        var deadline = _group.Clock.After(App.Relay.WaitForConnector);
        _group.Send(RequestMessage.Again(this, _request.Array.AsSpan(0, _requestLength), _send, deadline, TakeAssertion().Span));
    }
}

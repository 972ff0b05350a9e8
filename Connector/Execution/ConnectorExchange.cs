using AppProxy.Connector.Http1;
using AppProxy.Connector.Pull;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Execution;

/// <summary>
/// One delivered request on its way through this connector: what the loops that read the queues and the run on the thread pool
/// know of it together. The run itself is <see cref="ExchangeRunner"/>.
/// </summary>
/// <remarks>Owns the request message until its first frame goes out with it, a reference to the message's bytes until the app is called, and the request's body.</remarks>
internal sealed class ConnectorExchange : IInterimResponses, IThreadPoolWorkItem, IDisposable
{
    private readonly ExchangeRunner _runner;
    private readonly ConnectorLinks _links;
    private readonly GatewaySession _gateway;
    private readonly HeadAssembly _head;
    private readonly AsyncSignal _granted = new();
    private readonly CancellationTokenSource _cancellation = new();
    private InboundMessage? _message;
    private PooledBuffer? _buffer;
    private bool _isGranted;
    private bool _streaming;
    private int _end = -1;
    private int _finished;

    public ConnectorExchange(
        ExchangeRunner runner, ConnectorLinks links, GatewaySession gateway, InboundMessage? message, PooledBuffer buffer, in Frame frame, in MessageReader rest, in RequestHead head)
    {
        _runner = runner;
        _links = links;
        _gateway = gateway;
        _message = message;
        _buffer = buffer;
        _buffer.Retain();
        Flags = frame.Header.Flags;
        IsReplayable = Flags.HasFlag(FrameFlags.Replayable);
        Deadline = head.Deadline;
        SettingsVersion = head.SettingsVersion > long.MaxValue ? long.MaxValue : (long)head.SettingsVersion;
        ResponseHeadTimeout = TimeSpan.FromMilliseconds(head.ResponseHeadTimeout);
        IdleTimeout = TimeSpan.FromMilliseconds(head.IdleTimeout);
        _head = new HeadAssembly(frame, buffer, FrameLimits.MaxHeadLength);

        // The broker may deliver one send twice, and to this very connector: the nonce tells the runs apart.
        var attempt = new Attempt(frame.Header.Attempt.Send, (uint)Random.Shared.NextInt64(1, 1L + uint.MaxValue));
        var inbound = IsReplayable ? null : new InboundBody(links.Budget);
        Channel = new ExchangeChannel(gateway.Outbox, frame.Header.Exchange, attempt, firstOut: 0, firstIn: 1, head.ResponseWindow, inbound);
        var frames = rest;
        ReplayableBody = IsReplayable && frames.TryRead(out var data) && data.Header.Type == FrameType.Data
            && DataPayload.TryRead(data.Payload, out var body) == FrameError.None ? body.Octets : default;
    }

    public FrameFlags Flags { get; }

    public bool IsReplayable { get; }

    public long Deadline { get; }

    /// <summary>Of the gateway's catalogue, when the request's app was last changed.</summary>
    public long SettingsVersion { get; }

    public TimeSpan ResponseHeadTimeout { get; }

    public TimeSpan IdleTimeout { get; }

    /// <summary>The whole body of a replayable request, in the request message.</summary>
    public ReadOnlyMemory<byte> ReplayableBody { get; }

    public ExchangeChannel Channel { get; }

    public (ExchangeId Exchange, Attempt Attempt) Key => (Channel.Exchange, Channel.Attempt);

    /// <summary>Whether a first frame went out, so that the gateway knows who has the exchange.</summary>
    public bool IsNamed { get; private set; }

    /// <summary>Whether the run is through, well or not.</summary>
    public bool IsFinished => Volatile.Read(ref _finished) != 0;

    /// <summary>Cancelled when the exchange ends from outside the run.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Who ended the exchange first; null while nobody has.</summary>
    public ExchangeFailure? EndedBy => Volatile.Read(ref _end) is var end and >= 0 ? (ExchangeFailure)end : null;

    /// <summary>When the app was called; 0 before. Read by the sweep that watches the time-outs.</summary>
    public long CalledAt { get; set; }

    /// <summary>When a byte of either body last moved.</summary>
    public long LastMoved { get; set; }

    /// <summary>Whether the app could send more than the gateway's window takes: then its silence is not its own.</summary>
    public bool IsAppHeldBack { get; set; }

    /// <summary>Whether the app waits for more of the request's body.</summary>
    public bool IsAwaitingBody { get; set; }

    /// <summary>Whether the whole response is on its way: nothing more is said of this exchange.</summary>
    public bool HasSentEnd { get; private set; }

    /// <summary>Whether the response head is out.</summary>
    public bool IsStreaming => _streaming;

    public BrokerClock Clock => _links.Clock;

    /// <summary>Whether this connector's clock says that the request must not start any more.</summary>
    public bool IsDeadlineOver => _links.Clock.IsOver(Deadline);

    /// <summary>The request's head, once all of it is here.</summary>
    public FrameError ReadHead(out RequestHead head) => RequestHead.TryRead(_head.Payload.Span, _head.Flags, out head);

    void IThreadPoolWorkItem.Execute() => _ = _runner.RunAsync(this);

    /// <summary>Passes an interim response on. After a claim, since a gateway watches only who has claimed; a huge one is not worth its pieces.</summary>
    void IInterimResponses.Add(int status, FieldSection fields)
    {
        if (fields.Length > HeadPieces.Size / 2)
        {
            return;
        }

        ClaimUnlessNamed();
        using var frames = OpenNamed(out var uplink);
        if (EndedBy is null)
        {
            var head = new ResponseHead { UplinkSession = uplink, Status = status };
            frames.ResponseHead(FrameFlags.Interim, ref Channel.Sequence, head, new InterimFields(fields));
        }
    }

    /// <summary>Says who has the request, unless a frame has said so already.</summary>
    public void ClaimUnlessNamed()
    {
        if (IsNamed || IsFinished)
        {
            return;
        }

        using var frames = Channel.Open();
        if (!IsNamed && !IsFinished)
        {
            Name(frames);
            frames.Claim(ref Channel.Sequence, new ClaimPayload(_links.UplinkSession, Channel.Inbound?.Limit ?? 0));
        }
    }

    /// <summary>Claims a request that may not run twice, and waits for the grant. False when it was refused or the wait is over.</summary>
    public async ValueTask<bool> WaitForGrantAsync()
    {
        ClaimUnlessNamed();
        while (EndedBy is null)
        {
            if (Volatile.Read(ref _isGranted) && _head.IsComplete)
            {
                return true;
            }

            await _granted.WaitAsync();
        }

        return false;
    }

    /// <summary>Opens the way out for the first or a later frame; the first one settles the request.</summary>
    public FrameAppender OpenNamed(out Guid uplinkSession)
    {
        var frames = Channel.Open();
        uplinkSession = _links.UplinkSession;
        if (!IsNamed)
        {
            Name(frames);
        }

        return frames;
    }

    /// <summary>Sends the end of the response.</summary>
    public void SendEnd<TFields>(in FrameAppender frames, in TFields trailers)
        where TFields : IFieldSource, allows ref struct
    {
        HasSentEnd = true;
        Channel.SendEnd(frames, trailers);
    }

    /// <summary>The response head is out: the slot is free, the stream counts from here on.</summary>
    public void BeginStream()
    {
        _streaming = true;
        _links.Slots.BeginStream();
        ReleaseRequest();
    }

    /// <summary>A frame on the uplink for this attempt. Called by the loop that reads the session.</summary>
    public void OnFrame(in Frame frame, PooledBuffer owner)
    {
        switch (Channel.Admit(frame))
        {
            case Passage.Duplicate:
                return;
            case Passage.Gap:
                End(ExchangeFailure.BrokerGap);
                return;
        }

        switch (frame.Header.Type)
        {
            case FrameType.Reset:
                _ = ResetPayload.TryRead(frame.Payload.Span, out var reset);
                End((ExchangeFailure)reset.Reason, tellGateway: false);
                return;
            case FrameType.HeadContinuation when _head.TryAdd(frame):
                break;
            default:
                if (!Channel.TryTake(frame, owner))
                {
                    End(ExchangeFailure.ConnectorProtocol);
                    return;
                }

                break;
        }

        LastMoved = _runner.Timestamp();
        if (!_isGranted && frame.Header.Type is FrameType.Data or FrameType.End)
        {
            Volatile.Write(ref _isGranted, true);
        }

        _granted.Raise();
    }

    /// <summary>Ends the exchange, once, from wherever it is noticed.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="tellGateway">Unless it told us.</param>
    /// <param name="isUnreachableHere">Whether nothing was sent to the app, which another connector may reach.</param>
    public void End(ExchangeFailure reason, bool tellGateway = true, bool isUnreachableHere = false)
    {
        if (Interlocked.CompareExchange(ref _end, (int)reason, -1) != -1 || IsFinished)
        {
            return;
        }

        if (tellGateway)
        {
            using var frames = OpenNamed(out var uplink);
            if (Channel.Sequence.Next == 0)
            {
                // Every first frame names its uplink session, and a reset can't.
                frames.Claim(ref Channel.Sequence, new ClaimPayload(uplink, 0));
            }

            if (!HasSentEnd)
            {
                frames.Reset(ref Channel.Sequence, reason, isUnreachableHere ? FrameFlags.UnreachableHere : FrameFlags.None);
            }
        }

        Channel.Close(reason);
        _granted.Raise();
        _cancellation.Cancel();
    }

    /// <summary>The run is through: gives back everything that the exchange still holds.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _finished, 1) != 0)
        {
            return;
        }

        InboundMessage? unnamed;
        using (Channel.Open())
        {
            unnamed = _message;
            _message = null;
        }

        // Never named: either the link that delivered it is gone, or nobody should run it again.
        unnamed?.Settle(Settlement.Complete);
        unnamed?.Release();
        _gateway.Remove(this);
        Channel.Inbound?.Dispose();
        ReleaseRequest();
        if (_streaming)
        {
            _links.Slots.EndStream();
        }
        else
        {
            _links.Slots.Free();
        }
    }

    private void Name(in FrameAppender frames)
    {
        IsNamed = true;
        if (_message is { } message)
        {
            _message = null;
            frames.SettleWhenAccepted(message);
        }
    }

    private void ReleaseRequest()
    {
        // Only the run calls this: before its head is out nobody else reads the request, and after it nobody does.
        _head.Dispose();
        _buffer?.Release();
        _buffer = null;
    }
}

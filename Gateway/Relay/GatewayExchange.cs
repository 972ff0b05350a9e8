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
internal sealed partial class GatewayExchange : IDisposable
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

    private void Continue()
    {
        Volatile.Write(ref _continues, true);
        _grantReady.Raise();
    }

    private void LeaveLine() => Interlocked.Exchange(ref _line, null)?.Leave();
}

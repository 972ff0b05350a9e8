using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Contracts.Transport.Amqp.Wires;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>
/// One AMQP 1.0 connection after its handshake; both roles are alike. <see cref="RunAsync"/> is its read loop and its life: when that
/// returns, every link was told and everything is given back.
/// </summary>
/// <remarks>
/// <para><see cref="Gate"/> guards all state of the connection, its sessions and links, and the output. It is held briefly, nothing is
/// called out of it, and no two gates are ever held together.</para>
/// <para>Who finds the writer idle writes, and goes on while others append meanwhile; so frames batch themselves under load, and go out at
/// once without it.</para>
/// </remarks>
internal sealed partial class AmqpConnection
{
    // How long a closing side waits for the other's close, and for its own last bytes to leave.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    // A performative without its payload; attach with a long filter is the largest. Anything that does not fit is read from a copy.
    private const int ScratchSize = 512;

    private readonly AmqpWire _wire;
    private readonly ILinkAcceptor? _acceptor;
    private readonly Dictionary<ushort, AmqpSession> _byRemoteChannel = [];
    private readonly Dictionary<ushort, AmqpSession> _byLocalChannel = [];
    private readonly List<SettledDelivery> _outcomes = [];
    private readonly TaskCompletionSource<AmqpError?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OutputBuffer _waiting = new();
    private OutputBuffer _leaving = new();
    private TaskCompletionSource? _idleWriter;
    private ITimer? _keepAlive;
    private AmqpError? _reason;
    private AmqpError? _fault;
    private long _partialBytes;
    private long _lastRead;
    private long _lastWritten;
    private bool _isWriting;
    private bool _isAborted;
    private bool _isOver;
    private bool _closeSent;
    private bool _closeReceived;
    private bool _outputWasFull;

    public AmqpConnection(AmqpWire wire, AmqpConnectionOptions options, Open remote, ILinkAcceptor? acceptor = null)
    {
        _wire = wire;
        _acceptor = acceptor;
        Options = options;
        Remote = remote;
        PeerMaxFrameSize = (int)Math.Min(remote.MaxFrameSize, 1024 * 1024);
    }

    /// <summary>Guards everything that changes.</summary>
    internal Lock Gate { get; } = new();

    public AmqpConnectionOptions Options { get; }

    /// <summary>What the peer said in its open.</summary>
    public Open Remote { get; }

    /// <summary>Largest frame to send; ours are never above 1 MB.</summary>
    public int PeerMaxFrameSize { get; }

    /// <summary>What a handler threw, when that ended the connection.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Whether the peer has said good-bye without an error; then what it leaves behind is not a loss.</summary>
    public bool IsClosedInOrder => _closeReceived && _reason is null;

    /// <summary>Whether <see cref="CloseAsync"/> was called before anything else ended the connection.</summary>
    public bool IsClosedByUs { get; private set; }

    /// <summary>Completes when the connection is over, with the error if there was one.</summary>
    public Task<AmqpError?> Closed => _closed.Task;

    /// <summary>Frames that wait; append under <see cref="Gate"/> only.</summary>
    internal OutputBuffer Output => _waiting;

    /// <summary>Whether so much waits to be written that links should send no more; under <see cref="Gate"/>.</summary>
    internal bool CheckOutputFull()
    {
        var full = Options.OutputBudget.IsFull(_waiting.Length + _leaving.Length);
        _outputWasFull |= full;
        return full;
    }

    /// <summary>Counts bytes of deliveries whose last frame is still to come; called by the read loop only.</summary>
    internal void CountPartial(int bytes)
    {
        _partialBytes += bytes;
        if (_partialBytes > Options.MaxPartialBytes)
        {
            throw new AmqpException(ErrorCondition.ResourceLimitExceeded, "Too many deliveries are half sent.");
        }
    }

    /// <summary>Begins a session; only for the side that opened the connection.</summary>
    public AmqpSession BeginSession()
    {
        AmqpSession session;
        lock (Gate)
        {
            ThrowIfOver();
            session = AddSession(null);
            session.WriteBegin();
        }

        FlushSoon();
        return session;
    }

    /// <summary>Reads until the connection is over. Never throws.</summary>
    public async Task RunAsync()
    {
        StartKeepAlive();
        AmqpError? error;
        try
        {
            await ReadAsync();
            error = _reason;
        }
        catch (AmqpException broken)
        {
            error = broken.Error;
            await EndAsync(error);
        }
        catch (Exception lost) when (lost is IOException or SocketException or ObjectDisposedException or OperationCanceledException
            or WebSocketException)
        {
            error = _reason ?? new AmqpError(ErrorCondition.ConnectionForced, lost.Message);
            Abort(error);
        }
        catch (Exception fault)
        {
            // A handler threw. The connection is of no more use, and its peer must hear that it was not its fault.
            Fault = fault;
            error = new AmqpError(ErrorCondition.InternalError, fault.GetType().Name);
            await EndAsync(error);
        }

        await FinishAsync(error);
    }

    /// <summary>Closes in good order: tells the peer, waits a little for its answer, then lets go.</summary>
    public async Task CloseAsync(AmqpError? error = null)
    {
        lock (Gate)
        {
            IsClosedByUs |= CanWrite;
            _reason ??= error;
            WriteClose(error);
        }

        Flush();
        try
        {
            await _closed.Task.WaitAsync(CloseTimeout, Options.Time);
        }
        catch (TimeoutException)
        {
            Abort(error);
            await _closed.Task;
        }
    }

    /// <summary>Lets go at once.</summary>
    public void Abort(AmqpError? reason = null)
    {
        lock (Gate)
        {
            _reason ??= reason;
            if (_isAborted)
            {
                return;
            }

            _isAborted = true;
        }

        _wire.Abort();
    }

    /// <summary>Ends the connection with an error that the peer is told, as far as it listens; from any thread, without waiting.</summary>
    public void Fail(AmqpError error)
    {
        Interlocked.CompareExchange(ref _fault, error, null);
        _wire.Input.CancelPendingRead();
    }

    internal void ThrowIfOver()
    {
        if (_isAborted || _isOver || _closeSent || _closeReceived)
        {
            throw (_reason ?? new AmqpError(ErrorCondition.ConnectionForced, "The connection is closed.")).ToException();
        }
    }

    private async Task ReadAsync()
    {
        var input = _wire.Input;
        while (true)
        {
            var result = await input.ReadAsync();
            _lastRead = Options.Time.GetTimestamp();
            var buffer = result.Buffer;
            var isOver = false;
            FlushBatch.Begin();
            try
            {
                while (!isOver && FrameSource.TryTake(ref buffer, (uint)Options.MaxFrameSize, out var header, out var body))
                {
                    isOver = Process(header, body);
                }
            }
            finally
            {
                FlushBatch.End();
                input.AdvanceTo(buffer.Start, buffer.End);
            }

            if (isOver)
            {
                await WhenWrittenAsync();
                return;
            }

            if (Volatile.Read(ref _fault) is { } fault)
            {
                throw new AmqpException(fault);
            }

            if (result.IsCompleted || result.IsCanceled)
            {
                throw new IOException("The connection is lost.");
            }
        }
    }

    /// <summary>Handles one frame; true when it was the peer's close.</summary>
    private bool Process(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        if (header.Type != FrameHeader.Amqp)
        {
            throw new AmqpException(ErrorCondition.FramingError, "Only AMQP frames may follow the handshake.");
        }

        if (body.IsEmpty)
        {
            return false;
        }

        if (body.IsSingleSegment)
        {
            return Process(header.Channel, body.FirstSpan, body);
        }

        if (body.Length <= ScratchSize)
        {
            Span<byte> copy = stackalloc byte[(int)body.Length];
            body.CopyTo(copy);
            return Process(header.Channel, copy, body);
        }

        return ProcessSplit(header, body);
    }

    // The frame lies in several blocks. A transfer is read from a copy of its first bytes, so that its payload is copied once only.
    private bool ProcessSplit(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        Span<byte> start = stackalloc byte[ScratchSize];
        body.Slice(0, ScratchSize).CopyTo(start);
        if (new AmqpReader(start).ReadDescriptor() == Descriptor.Transfer)
        {
            return Process(header.Channel, start, body);
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            var copy = rented.AsSpan(0, (int)body.Length);
            body.CopyTo(copy);
            return Process(header.Channel, copy, body);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private bool Process(ushort channel, ReadOnlySpan<byte> span, in ReadOnlySequence<byte> body)
    {
        var reader = new AmqpReader(span);
        var descriptor = reader.ReadDescriptor();
        if (_closeSent && descriptor != Descriptor.Close)
        {
            return false;
        }

        switch (descriptor)
        {
            case Descriptor.Transfer:
                var transfer = Transfer.Read(ref reader);
                FindSession(channel)?.OnTransfer(transfer, body.Slice(reader.Position));
                return false;
            case Descriptor.Disposition:
                OnDisposition(FindSession(channel), Disposition.Read(ref reader));
                return false;
            case Descriptor.Flow:
                FindSession(channel)?.OnFlow(Flow.Read(ref reader));
                return false;
            case Descriptor.Attach:
                FindSession(channel)?.OnAttach(Attach.Read(ref reader), _acceptor);
                return false;
            case Descriptor.Detach:
                FindSession(channel)?.OnDetach(Detach.Read(ref reader));
                return false;
            case Descriptor.Begin:
                OnBegin(channel, Begin.Read(ref reader));
                return false;
            case Descriptor.End:
                OnEnd(channel, Ending.Read(ref reader));
                return false;
            case Descriptor.Close:
                OnClose(Ending.Read(ref reader));
                return true;
            case Descriptor.Open:
                throw new AmqpException(ErrorCondition.IllegalState, "A connection is opened once.");
            default:
                throw new AmqpException(ErrorCondition.NotImplemented, "A frame with an unknown performative came in.");
        }
    }

    private AmqpSession? FindSession(ushort channel)
    {
        lock (Gate)
        {
            return _byRemoteChannel.TryGetValue(channel, out var session)
                ? session
                : throw new AmqpException(ErrorCondition.NotAllowed, "A frame came in on a channel without a session.");
        }
    }

    private void OnDisposition(AmqpSession? session, in Disposition disposition)
    {
        if (session is null || !disposition.IsReceiver)
        {
            // The sender's settlement of what we received: ours is told settled already, so there is nothing left to know.
            return;
        }

        session.TakeSettled(disposition, _outcomes);
        for (var i = 0; i < _outcomes.Count; i++)
        {
            var delivery = _outcomes[i];
            var answer = delivery.Link.OnOutcome(delivery.Message, disposition.State);
            if (!disposition.Settled)
            {
                session.Settle(isReceiver: false, delivery.DeliveryId, answer);
            }
        }

        _outcomes.Clear();
    }

    private void OnBegin(ushort channel, in Begin begin)
    {
        lock (Gate)
        {
            if (_byRemoteChannel.ContainsKey(channel) || channel > Options.ChannelMax)
            {
                throw new AmqpException(ErrorCondition.NotAllowed, "A session was begun on a channel that is in use or above channel-max.");
            }

            if (begin.RemoteChannel is { } answered)
            {
                if (!_byLocalChannel.TryGetValue(answered, out var session) || session.RemoteChannel is not null)
                {
                    throw new AmqpException(ErrorCondition.NotAllowed, "A begin answers none of ours.");
                }

                session.OnBegun(channel, begin);
                _byRemoteChannel.Add(channel, session);
            }
            else if (_acceptor is null)
            {
                throw new AmqpException(ErrorCondition.NotAllowed, "Only the client begins sessions.");
            }
            else
            {
                var session = AddSession(channel);
                session.OnBegun(channel, begin);
                session.WriteBegin();
                _byRemoteChannel.Add(channel, session);
            }
        }

        FlushSoon();
    }

    private AmqpSession AddSession(ushort? preferred)
    {
        var limit = Math.Min(Options.ChannelMax, Remote.ChannelMax);
        var channel = preferred is { } wish && wish <= limit && !_byLocalChannel.ContainsKey(wish) ? wish : (ushort)0;
        while (_byLocalChannel.ContainsKey(channel))
        {
            if (channel == limit)
            {
                throw new AmqpException(ErrorCondition.ResourceLimitExceeded, "The connection has no channel left.");
            }

            channel++;
        }

        var session = new AmqpSession(this, channel);
        _byLocalChannel.Add(channel, session);
        return session;
    }

    private void OnEnd(ushort channel, AmqpError? error)
    {
        AmqpSession? session;
        lock (Gate)
        {
            if (!_byRemoteChannel.Remove(channel, out session))
            {
                throw new AmqpException(ErrorCondition.NotAllowed, "A session was ended that never began.");
            }

            _byLocalChannel.Remove(session.LocalChannel);
            session.WriteEnd(null);
        }

        FlushSoon();
        session.OnEnded(error ?? new AmqpError(ErrorCondition.DetachForced, "The peer ended the session."));
    }

    private void OnClose(AmqpError? error)
    {
        lock (Gate)
        {
            _closeReceived = true;
            _reason ??= error;
            WriteClose(null);
        }

        Flush();
    }

    private void WriteClose(AmqpError? error)
    {
        if (_closeSent || _isAborted)
        {
            return;
        }

        EmitPending();
        _closeSent = true;
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        Ending.Write(ref writer, Descriptor.Close, error);
        writer.EndFrame(frame, FrameHeader.Amqp, 0);
        Append(writer.Written);
        writer.Dispose();
    }

    // Section 2.4.3: after a close with an error, what still comes is dropped until the peer closes too. Hanging up at once would
    // reset the connection, and the peer would lose the error that tells it why.
    private async Task EndAsync(AmqpError error)
    {
        lock (Gate)
        {
            _reason ??= error;
            WriteClose(error);
        }

        Flush();
        try
        {
            await WhenWrittenAsync().WaitAsync(CloseTimeout, Options.Time);
            await DiscardAsync().WaitAsync(CloseTimeout, Options.Time);
        }
        catch (Exception)
        {
            // Whatever goes wrong now, the connection ends all the same.
        }
    }

    private async Task DiscardAsync()
    {
        // Bounded: a peer that goes on sending regardless is cut off.
        const int Limit = 4 * 1024 * 1024;
        var input = _wire.Input;
        for (var dropped = 0L; dropped < Limit && !_isAborted;)
        {
            var result = await input.ReadAsync();
            dropped += result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private async Task FinishAsync(AmqpError? error)
    {
        AmqpSession[] sessions;
        lock (Gate)
        {
            _isOver = true;
            _reason ??= error;
            sessions = [.. _byLocalChannel.Values];
            _byLocalChannel.Clear();
            _byRemoteChannel.Clear();
        }

        if (_keepAlive is { } timer)
        {
            await timer.DisposeAsync();
        }

        // Links first: their owners free locks and sessions before anything else happens.
        var reason = new AmqpError(
            ErrorCondition.ConnectionForced,
            error is null ? "The connection is closed." : $"The connection is lost: {error.Condition} {error.Description}");
        foreach (var session in sessions)
        {
            session.OnEnded(reason);
        }

        try
        {
            await WhenWrittenAsync().WaitAsync(CloseTimeout, Options.Time);
        }
        catch (TimeoutException)
        {
            Abort(error);
            await WhenWrittenAsync();
        }

        lock (Gate)
        {
            _isAborted = true;
            Options.OutputBudget.Remove(_waiting.Length);
            _waiting.Clear();
        }

        await _wire.DisposeAsync();
        _closed.TrySetResult(error);
    }

    private void StartKeepAlive()
    {
        _lastRead = _lastWritten = Options.Time.GetTimestamp();
        var quiet = Remote.IdleTimeOut == 0 ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(Remote.IdleTimeOut / 2.0);
        var silence = Options.IdleTimeOut <= TimeSpan.Zero ? TimeSpan.MaxValue : Options.IdleTimeOut;
        var shortest = quiet < silence / 2 ? quiet : silence / 2;
        if (shortest == TimeSpan.MaxValue || shortest > TimeSpan.FromDays(1))
        {
            return;
        }

        var period = TimeSpan.FromMilliseconds(Math.Max(shortest.TotalMilliseconds / 2, 10));
        _keepAlive = Options.Time.CreateTimer(_ => KeepAlive(quiet, silence), null, period, period);
    }

    private void KeepAlive(TimeSpan quiet, TimeSpan silence)
    {
        var now = Options.Time.GetTimestamp();
        if (Options.Time.GetElapsedTime(_lastRead, now) >= silence)
        {
            Fail(new AmqpError(ErrorCondition.ResourceLimitExceeded, "Nothing was heard for longer than the idle time-out."));
            return;
        }

        // Half of what the peer waits for; the timer ticks twice in that time.
        if (Options.Time.GetElapsedTime(_lastWritten, now) >= quiet / 2)
        {
            lock (Gate)
            {
                if (!CanWrite)
                {
                    return;
                }

                Span<byte> empty = stackalloc byte[FrameHeader.Size];
                FrameHeader.Write(empty, FrameHeader.Size, FrameHeader.Amqp, 0);
                Append(empty);
            }

            Flush();
        }
    }
}

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
    // A performative without its payload; attach with a long filter is the largest. Anything that does not fit is read from a copy.
    private const int ScratchSize = 512;

    private readonly AmqpWire _wire;
    private readonly ILinkAcceptor? _acceptor;
    private readonly List<SettledDelivery> _outcomes = [];
    private readonly TaskCompletionSource<AmqpError?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeepAlive _keepAlive;
    private OutputBuffer _waiting = new();
    private OutputBuffer _leaving = new();
    private TaskCompletionSource? _idleWriter;
    private AmqpError? _reason;
    private AmqpError? _fault;
    private long _partialBytes;
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
        _keepAlive = new KeepAlive(this);
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

    /// <summary>Reads until the connection is over. Never throws.</summary>
    public async Task RunAsync()
    {
        _keepAlive.Start();
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

    private async Task ReadAsync()
    {
        var input = _wire.Input;
        while (true)
        {
            var result = await input.ReadAsync();
            _keepAlive.OnRead();
            var buffer = result.Buffer;
            var isOver = false;
            try
            {
                while (!isOver && FrameSource.TryTake(ref buffer, (uint)Options.MaxFrameSize, out var header, out var body))
                {
                    isOver = Process(header, body);
                }
            }
            finally
            {
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
}

using Amqp;
using Amqp.Framing;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>Receives from one queue, or one session of it, exactly as far as its credit goes.</summary>
/// <remarks>
/// The library calls back on its read pump, and tells of the end from wherever that was noticed. <see cref="_calls"/> makes one sequence of
/// both; what the handler itself brings about from inside a call is told after that call.
/// </remarks>
internal sealed class ServiceBusReceiver : IMessageReceiver
{
    private static readonly TimeSpan DetachTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Lock _calls = new();
    private readonly LinkedList<ServiceBusInboundMessage> _unsettled = [];
    private readonly ReceiverLink _link;
    private readonly IMessageHandler _handler;
    private readonly ServiceBusTransport _transport;
    private readonly bool _isPeekLock;
    private readonly bool _releasesOnDispose;
    private readonly MessageCallback _onMessage;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _drained;
    private TransportException? _reason;
    private volatile bool _isDisposed;
    private volatile bool _isEnding;
    private bool _isCalling;

    public ServiceBusReceiver(ServiceBusTransport transport, ReceiverLink link, ReceiverOptions options, IMessageHandler handler)
    {
        _transport = transport;
        _link = link;
        _handler = handler;

        // A session goes back with its messages; without one, locks outlive the link in Azure Service Bus.
        _isPeekLock = options.Mode == ReceiveMode.PeekLock;
        _releasesOnDispose = _isPeekLock && options.SessionId is null;
        _onMessage = OnMessage;
    }

    private bool IsInsideCall => _calls.IsHeldByCurrentThread && _isCalling;

    /// <summary>Renews the session's lock; disposed with this.</summary>
    public SessionLockRenewal? Renewal { get; set; }

    /// <summary>Begins to listen. Nothing comes before credit is added.</summary>
    public void Start()
    {
        // Zero credit, only to set the callback: the library has no other way.
        _link.Start(0, _onMessage);
        _link.AddClosedCallback((_, error) => OnLinkClosed(error));
    }

    public void AddCredit(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
        {
            return;
        }

        try
        {
            _link.SetCredit(count, CreditMode.Manual);
        }
        catch (Exception)
        {
            // The connection is gone; the handler is told of that.
        }

        // Whoever adds credit while a drain runs has called it off.
        EndDrain();
    }

    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        Task drained;
        lock (LinkInternals.Gate(_link))
        {
            var left = LinkInternals.Credit(_link);
            if (left <= 0 || _link.LinkState != LinkState.Attached)
            {
                return;
            }

            lock (_gate)
            {
                if (_isEnding)
                {
                    return;
                }

                drained = (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            _transport.WatchDrain(this);
            try
            {
                _link.SetCredit(left, CreditMode.Drain);
            }
            catch (Exception)
            {
                EndDrain();
            }
        }

        await drained.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        if (Renewal is { } renewal)
        {
            await renewal.DisposeAsync();
        }

        GiveBack();
        LinkOpening.Close(_link);
        if (IsInsideCall)
        {
            // The handler disposes from inside a call: the end is told after it.
            return;
        }

        try
        {
            await _ended.Task.WaitAsync(DetachTime, _transport.Time);
        }
        catch (TimeoutException)
        {
            // The broker does not answer; the receiver ends all the same.
            OnLinkClosed(null);
        }
    }

    /// <summary>Marks it as disposed with its transport, and gives back what is locked.</summary>
    public void OnTransportDisposed()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        GiveBack();
    }

    /// <summary>Between two reads of the connection: whether the drain was answered. True when there is nothing left to watch.</summary>
    public bool LookAtDrain()
    {
        lock (LinkInternals.Gate(_link))
        {
            if (LinkInternals.Credit(_link) > 0 || LinkInternals.IsMidDelivery(_link))
            {
                return false;
            }
        }

        EndDrain();
        return true;
    }

    public void Settle(ServiceBusInboundMessage message, Settlement settlement)
    {
        lock (_gate)
        {
            Forget(message);
        }

        try
        {
            switch (settlement)
            {
                case Settlement.Complete:
                    _link.Accept(message.Message);
                    break;
                case Settlement.DeadLetter:
                    _link.Reject(message.Message, new Error(Names.DeadLetter));
                    break;
                default:
                    _link.Modify(message.Message, deliveryFailed: false);
                    break;
            }
        }
        catch (Exception)
        {
            // The link or its connection is gone, and the lock with it: the broker delivers the message again.
        }
    }

    private void OnMessage(IReceiverLink link, Message message)
    {
        lock (_calls)
        {
            if (_isEnding || (_isDisposed && _isPeekLock))
            {
                // Crossed our detach on its way. Not settled, so it goes back.
                return;
            }

            var buffer = MessageBody.Copy(message, out var length);
            var inbound = new ServiceBusInboundMessage(this, message, buffer, length, isSettled: !_isPeekLock);
            if (_releasesOnDispose)
            {
                lock (_gate)
                {
                    inbound.Unsettled = _unsettled.AddLast(inbound);
                }
            }

            _isCalling = true;
            try
            {
                _handler.OnMessage(inbound);
            }
            finally
            {
                _isCalling = false;
            }

            if (_isEnding)
            {
                TellEnd();
            }
        }
    }

    private void OnLinkClosed(Error? error)
    {
        lock (_gate)
        {
            if (_isEnding)
            {
                return;
            }

            _isEnding = true;
            _reason = _isDisposed ? null : LinkFailure.Of(error, _link.Session.Connection);
        }

        Renewal?.Stop();
        EndDrain();
        lock (_calls)
        {
            if (!_isCalling)
            {
                TellEnd();
            }
        }
    }

    private void TellEnd()
    {
        _handler.OnClosed(_reason);
        _ended.TrySetResult();
    }

    private void EndDrain()
    {
        TaskCompletionSource? drained;
        lock (_gate)
        {
            drained = _drained;
            _drained = null;
        }

        drained?.TrySetResult();
    }

    // In the order in which they came, ahead of the detach.
    private void GiveBack()
    {
        while (true)
        {
            ServiceBusInboundMessage message;
            lock (_gate)
            {
                if (_unsettled.First is not { } first)
                {
                    return;
                }

                message = first.Value;
                Forget(message);
            }

            if (message.TryBeginSettling())
            {
                Settle(message, Settlement.Abandon);
            }
        }
    }

    private void Forget(ServiceBusInboundMessage message)
    {
        if (message.Unsettled is { List: not null } node)
        {
            _unsettled.Remove(node);
        }
    }
}

using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>
/// The frames on their way to one session: gives them their numbers, packs them into messages, and keeps each message until the
/// broker has it, so that a new link can take over where an old one broke.
/// </summary>
/// <remarks>
/// <para>1. A frame is written into the open message under the lock, which also gives it its number: the order of numbers is the order on the wire.</para>
/// <para>2. Whoever finds nobody sending sends. While a send is under way further frames gather in the open message, so messages grow
/// under load and nothing waits for company when there is none.</para>
/// <para>3. A message is kept until the broker accepted it. When the link is lost all that were not are sent again, in order, on the
/// next one; the other side ignores what it has seen (DESIGN.md section 4).</para>
/// </remarks>
internal sealed class FrameOutbox
{
    /// <summary>When this much is unsent or unanswered, bodies wait (heads and windows do not): it covers 16 ms of a 1 Gbit/s line.</summary>
    private const int RoomForBodies = 2 * 1024 * 1024;

    /// <summary>Messages that may wait for the broker's answer; beyond it frames gather in larger ones.</summary>
    private const int MaxUnanswered = 256;

    /// <summary>First size of an open message: a usual response fits.</summary>
    private const int InitialCapacity = 4096;

    /// <summary>An open message is closed beyond this size, below what any broker takes.</summary>
    private const int MaxBatch = 48 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<OutboxMessage> _closed = new();
    private readonly Queue<OutboxMessage> _unanswered = new();
    private readonly Queue<TaskCompletionSource> _waitingForRoom = new();
    private FrameBuffer? _open;

    /// <summary>Requests to settle: the first <see cref="_openSettles"/> with the open message, the others with the frame written next.</summary>
    private readonly List<InboundMessage> _settles = [];
    private int _openSettles;
    private int _openSettlesBefore;
    private IMessageSender? _sender;
    private long _octets;
    private bool _sending;
    private bool _abandoned;

    private readonly IOutboxOwner _owner;

    public FrameOutbox(string sessionId, IOutboxOwner owner)
    {
        SessionId = sessionId;
        _owner = owner;
    }

    public string SessionId { get; }

    /// <summary>Whether nothing waits for the link or for the broker's answer.</summary>
    public bool IsFlushed
    {
        get
        {
            lock (_gate)
            {
                return _closed.Count == 0 && _unanswered.Count == 0 && _open is null or { IsEmpty: true };
            }
        }
    }

    /// <summary>Locks the outbox for writing some frames that belong together; disposing the result sends them.</summary>
    public FrameAppender Open()
    {
        _gate.Enter();
        return new FrameAppender(this);
    }

    /// <summary>
    /// What to wait for until there is room for more of a body, or null when there is. It completes also when the outbox is abandoned, and
    /// the waiter may complete it when it wants to wait no longer.
    /// </summary>
    public TaskCompletionSource? WaitForRoom()
    {
        lock (_gate)
        {
            if (_octets < RoomForBodies || _abandoned)
            {
                return null;
            }

            var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waitingForRoom.Enqueue(room);
            return room;
        }
    }

    /// <summary>Sends on this link from now on, beginning with what the link before it did not get through.</summary>
    public void Attach(IMessageSender sender)
    {
        lock (_gate)
        {
            var again = new Queue<OutboxMessage>(_unanswered.Count + _closed.Count);
            while (_unanswered.TryDequeue(out var message))
            {
                if (!message.Answered)
                {
                    again.Enqueue(message.Again());
                    message.Answered = true;
                    if (message.LinkDone)
                    {
                        message.Buffer.Release();
                    }
                }
            }

            while (_closed.TryDequeue(out var message))
            {
                again.Enqueue(message);
            }

            while (again.TryDequeue(out var message))
            {
                _closed.Enqueue(message);
            }

            _sender = sender;
        }

        Send();
    }

    /// <summary>The link is lost: keep everything for the next one.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            _sender = null;
        }
    }

    /// <summary>Gives everything up: the other side, or the way to it, is gone for good.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _abandoned = true;
            _sender = null;
            Close();
            while (_closed.TryDequeue(out var message))
            {
                message.Settle(Settlement.Abandon);
                message.Buffer.Release();
            }

            while (_unanswered.TryDequeue(out var message))
            {
                if (!message.Answered)
                {
                    message.Answered = true;
                    message.Settle(Settlement.Abandon);
                    if (message.LinkDone)
                    {
                        message.Buffer.Release();
                    }
                }
            }

            FreeRoom();
        }
    }

    internal void OnCompleted(OutboxMessage message, TransportException? failure)
    {
        lock (_gate)
        {
            if (message.Answered)
            {
                // Sent again on another link already, or given up: only the old link's hold on the bytes ends.
                message.Buffer.Release();
                return;
            }

            if (failure is { IsTransient: true } and not { Failure: TransportFailure.QuotaExceeded })
            {
                message.LinkDone = true;
                _owner.OnLinkLost();
                return;
            }

            message.Answered = true;
            _octets -= message.Length;
            while (_unanswered.TryPeek(out var first) && first.Answered)
            {
                _unanswered.Dequeue();
            }

            FreeRoom();
        }

        // A refusal is for good: the request has been taken all the same, and its exchange ends by the gap.
        message.Settle(failure is null ? Settlement.Complete : Settlement.Abandon);
        message.Buffer.Release();
        if (failure is not null)
        {
            _owner.OnDropped(failure);
        }

        Send();
    }

    internal FrameBuffer Reserve(int octets)
    {
        if (_open is not null && _open.Length + octets > MaxBatch)
        {
            Close();
        }

        _openSettlesBefore = _openSettles;
        _openSettles = _settles.Count;
        return _open ??= new FrameBuffer(Math.Max(InitialCapacity, octets));
    }

    /// <summary>Settles a request with the message that holds the next frame: an earlier one says nothing about it.</summary>
    internal void SettleWhenAccepted(InboundMessage request) => _settles.Add(request);

    /// <summary>Queues a message that is complete already. Takes over the reference to <paramref name="buffer"/>.</summary>
    internal void Append(PooledBuffer buffer, int length)
    {
        Close();
        _openSettles = _settles.Count;
        var message = new OutboxMessage(this, buffer, length);
        HandOverSettles(message);
        Enqueue(message);
    }

    internal void Append(FrameBuffer message)
    {
        var length = message.Length;
        Append(message.Detach(), length);
    }

    /// <summary>Takes the last frame, which began at <paramref name="start"/>, out of the open message.</summary>
    internal FrameBuffer TakeLast(int start)
    {
        _openSettles = _openSettlesBefore;
        return _open!.TakeFrom(start);
    }

    internal void Release()
    {
        if (_abandoned)
        {
            // Nobody will ever send it: what it holds goes back now.
            Close();
        }

        _gate.Exit();
        Send();
    }

    private void Close()
    {
        if (_open is null || _open.IsEmpty)
        {
            return;
        }

        var length = _open.Length;
        var message = new OutboxMessage(this, _open.Detach(), length);
        _open = null;
        HandOverSettles(message);
        Enqueue(message);
    }

    private void HandOverSettles(OutboxMessage message)
    {
        for (var i = 0; i < _openSettles; i++)
        {
            message.SettleWhenAccepted(_settles[i]);
        }

        _settles.RemoveRange(0, _openSettles);
        _openSettles = 0;
    }

    private void Enqueue(OutboxMessage message)
    {
        if (_abandoned)
        {
            message.Settle(Settlement.Abandon);
            message.Buffer.Release();
            return;
        }

        _octets += message.Length;
        _closed.Enqueue(message);
    }

    private void FreeRoom()
    {
        while ((_octets < RoomForBodies || _abandoned) && _waitingForRoom.TryDequeue(out var room))
        {
            room.TrySetResult();
        }
    }

    private void Send()
    {
        while (true)
        {
            IMessageSender sender;
            OutboxMessage? message;
            lock (_gate)
            {
                if (_sending || _sender is null || _unanswered.Count >= MaxUnanswered)
                {
                    return;
                }

                if (_closed.Count == 0)
                {
                    Close();
                }

                if (!_closed.TryDequeue(out message))
                {
                    return;
                }

                _sending = true;
                _unanswered.Enqueue(message);
                sender = _sender;
            }

            sender.Send(message);
            lock (_gate)
            {
                _sending = false;
            }
        }
    }
}

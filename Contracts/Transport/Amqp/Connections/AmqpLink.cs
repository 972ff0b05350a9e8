using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>What both kinds of link have in common. State is guarded by the connection's gate; what is called On… is called outside of it.</summary>
internal abstract class AmqpLink
{
    private readonly TaskCompletionSource<Attach> _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isOver;

    protected AmqpLink(AmqpSession session, string name)
    {
        Session = session;
        Name = name;
    }

    public AmqpSession Session { get; }

    public string Name { get; }

    public abstract bool IsReceiver { get; }

    /// <summary>The peer's attach that answered ours; fails when it refused. Only for links attached by us.</summary>
    public Task<Attach> Attached => _attached.Task;

    /// <summary>Completes when the link is over.</summary>
    public Task Ended => _ended.Task;

    public bool IsOpen => State == LinkState.Attached;

    internal LinkState State { get; private set; }

    internal uint LocalHandle { get; set; }

    internal uint? RemoteHandle { get; set; }

    internal uint DeliveryCount { get; private protected set; }

    internal uint LinkCredit { get; private protected set; }

    internal bool Drain { get; private protected set; }

    internal bool IsDirty { get; set; }

    protected AmqpConnection Connection => Session.Connection;

    /// <summary>
    /// Whether after <see cref="Close"/> the owner is told of the end only when the peer has answered, that is by the read loop like
    /// everything else; otherwise at once.
    /// </summary>
    private protected virtual bool WaitsForPeer => false;

    /// <summary>The peer attached this link: accept or refuse it, now or later, through <see cref="Accept"/> or <see cref="Refuse"/>.</summary>
    public virtual void OnPeerAttached(Attach attach) =>
        Refuse(attach, new AmqpError(ErrorCondition.NotAllowed, "Links are not attached here."));

    /// <summary>Answers the peer's attach; false when the link is gone meanwhile.</summary>
    public bool Accept(Attach answer)
    {
        lock (Connection.Gate)
        {
            if (State != LinkState.Attaching || !Connection.CanWrite)
            {
                return false;
            }

            State = LinkState.Attached;
            OnAccepting(answer);
            Session.WriteAttach(answer with { Handle = LocalHandle });
        }

        Connection.FlushSoon();
        return true;
    }

    /// <summary>Refuses the peer's attach: an answer without our terminus, and a detach that says why.</summary>
    public void Refuse(Attach request, AmqpError error)
    {
        lock (Connection.Gate)
        {
            if (State != LinkState.Attaching || !Connection.CanWrite)
            {
                return;
            }

            Session.WriteAttach(new Attach
            {
                Name = Name,
                Handle = LocalHandle,
                IsReceiver = IsReceiver,
                SenderSettleMode = request.SenderSettleMode,
                ReceiverSettleMode = request.ReceiverSettleMode,
                Source = IsReceiver ? request.Source : null,
                Target = IsReceiver ? null : request.Target,
                MaxMessageSize = IsReceiver ? 1ul : 0ul,
            });
            State = LinkState.Detaching;
            Session.WriteDetach(new Detach(LocalHandle, true, error));
        }

        Connection.FlushSoon();
    }

    /// <summary>Ends the link from our side; the handle is free when the peer has answered.</summary>
    public void Close(AmqpError? error = null)
    {
        lock (Connection.Gate)
        {
            if (State is LinkState.Detaching or LinkState.Detached)
            {
                return;
            }

            State = LinkState.Detaching;
            Session.WriteDetach(new Detach(LocalHandle, true, error));
        }

        Connection.FlushSoon();
        if (!WaitsForPeer)
        {
            Finish(error);
        }
    }

    internal void WriteAttach(Attach attach) => Session.WriteAttach(attach with { Name = Name, Handle = LocalHandle, IsReceiver = IsReceiver });

    /// <summary>The peer answered our attach. A null terminus of its own means that a detach with the reason follows.</summary>
    internal void OnAttachAnswered(Attach answer)
    {
        if (IsReceiver ? answer.Source is null : answer.Target is null)
        {
            return;
        }

        lock (Connection.Gate)
        {
            if (State != LinkState.Attaching)
            {
                return;
            }

            State = LinkState.Attached;
            OnAccepting(answer);
        }

        _attached.TrySetResult(answer);
    }

    /// <summary>Answers the peer's detach unless ours was first; under the gate.</summary>
    internal void AnswerDetach()
    {
        var answered = State == LinkState.Detaching;
        State = LinkState.Detached;
        if (!answered)
        {
            Session.WriteDetach(new Detach(LocalHandle, true, null));
        }
    }

    /// <summary>The link is over for a reason that is not ours.</summary>
    internal void End(AmqpError? error)
    {
        lock (Connection.Gate)
        {
            State = LinkState.Detached;
        }

        Finish(error);
        _ended.TrySetResult();
    }

    internal abstract void OnFlow(in Flow flow);

    /// <summary>The link becomes attached; under the gate. <paramref name="attach"/> is ours when the peer asked, else the peer's.</summary>
    private protected virtual void OnAccepting(Attach attach)
    {
    }

    /// <summary>Gives back what the link holds.</summary>
    private protected abstract void Clean(AmqpError? error);

    /// <summary>The link is over: null when it was closed without an error. Called once, nothing follows.</summary>
    protected abstract void OnEnded(AmqpError? error);

    private void Finish(AmqpError? error)
    {
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
        {
            return;
        }

        var reason = error ?? new AmqpError(ErrorCondition.DetachForced, "The link was detached.");
        if (_attached.TrySetException(reason.ToException()))
        {
            // Nobody may be waiting for it.
            _ = _attached.Task.Exception;
        }

        Clean(error);
        OnEnded(error);
    }
}

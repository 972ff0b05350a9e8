using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Relay;

/// <content>When a run is lost, or an app is out of its reach: who has the request next.</content>
internal sealed partial class GatewayExchange
{
    private ConnectorInstance? _directedTo;
    private List<Guid>? _tried;
    private ExchangeFailure _unreachable;
    private bool _isHomeless;

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

    /// <summary>
    /// A connector that lost its rights says that it has the request, of which the broker knows nothing any more: another one gets it, in what is left of
    /// its time. It cannot speak for a run of somebody else's: those are named by numbers that nobody but their connector and we know.
    /// </summary>
    public void OnRevokedFrame(in Frame frame)
    {
        ExchangeRun? run;
        lock (_gate)
        {
            run = FindRun(frame.Header.Attempt);
            if (run is null)
            {
                var left = App.Relay.WaitForConnector - _time.GetElapsedTime(SentAt);
                if (_runs.Count > 0 || frame.Header.Attempt.Send != _send || left <= TimeSpan.Zero)
                {
                    return;
                }

                if (_directedTo is not null)
                {
                    NoLongerDirected();
                    OnDirectLost();
                }
                else
                {
                    PutAgain(left);
                }

                return;
            }
        }

        OnRunLost(run);
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

    private void NoLongerDirected()
    {
        _directedTo?.TryTakeBack(this);
        _directedTo = null;
    }

    private void SendAgain()
    {
        SentAt = _time.GetTimestamp();
        PutAgain(App.Relay.WaitForConnector);
    }

    private void PutAgain(TimeSpan wait)
    {
        if (_request is null || EndedBy is not null)
        {
            return;
        }

        _send++;
        _group.Meter.SentAgain(App.ConnectorGroup);
        var deadline = _group.Clock.After(wait);
        _group.Send(RequestMessage.Again(this, _request.Array.AsSpan(0, _requestLength), _send, deadline, TakeAssertion().Span));
    }
}

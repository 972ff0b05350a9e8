using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Relay;

/// <content>What connectors say: which run is granted, whose response it is, and what goes to it.</content>
internal sealed partial class GatewayExchange
{
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

    private ExchangeRun AddRun(in Frame first, ConnectorInstance instance, long window)
    {
        var channel = new ExchangeChannel(instance.Outbox, Id, first.Header.Attempt, firstOut: 1, firstIn: first.Header.Sequence + 1, window, inbound: null);
        var run = new ExchangeRun(this, instance, channel);
        _runs.Add(run);
        NoLongerDirected();
        LeaveLine();
        return run;
    }

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
}

using System.Collections.Concurrent;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Relay;

/// <summary>One process start of a connector, as this gateway knows it: the way to its uplink session, what it has of ours, and when it was last heard.</summary>
internal sealed class ConnectorInstance(Guid session, IOutboxOwner owner, TimeProvider time)
{
    private readonly HeartbeatList _heartbeat = new();
    private readonly ConcurrentDictionary<GatewayExchange, byte> _directed = new();
    private long _lastHeard = time.GetTimestamp();
    private long _freedAt;

    // Beats go on counting where an earlier acquaintance with the same instance left off.
    private uint _beat = (uint)time.GetUtcNow().ToUnixTimeSeconds();

    public Guid Session => session;

    public FrameOutbox Outbox { get; } = new(session.ToString(), owner);

    /// <summary>Runs that this instance has named and not finished.</summary>
    public ConcurrentDictionary<ExchangeRun, byte> Runs { get; } = new();

    /// <summary>Whether its silence, or its connection's absence, has lasted too long.</summary>
    public bool IsLost => IsSilent || (Volatile.Read(ref _freedAt) is var freed and not 0 && time.GetElapsedTime(freed) > Heartbeats.ConnectionGrace);

    /// <summary>Whether it has said nothing for too long about what it has of ours.</summary>
    public bool IsSilent => !HasNothing && time.GetElapsedTime(Volatile.Read(ref _lastHeard)) > Heartbeats.LostAfter;

    /// <summary>Whether it has nothing of ours, and nothing of ours is on its way to it.</summary>
    public bool HasNothing => Runs.IsEmpty && _directed.IsEmpty;

    public long IdleSince { get; private set; } = time.GetTimestamp();

    public void Add(ExchangeRun run)
    {
        CountSilenceFromNow();
        Runs[run] = 0;
    }

    /// <summary>Sends it a request past the queue. Takes over a reference to the message.</summary>
    public void Direct(GatewayExchange exchange, PooledBuffer message, int length)
    {
        CountSilenceFromNow();
        _directed[exchange] = 0;
        using var frames = Outbox.Open();
        frames.Message(message, length);
    }

    /// <summary>Whether a request that was sent past the queue was still on its way to it.</summary>
    public bool TryTakeBack(GatewayExchange exchange) => _directed.TryRemove(exchange, out _);

    /// <summary>Tells the requests that are still on their way to it that it is lost.</summary>
    public void LoseDirected()
    {
        foreach (var exchange in _directed.Keys)
        {
            if (TryTakeBack(exchange))
            {
                exchange.OnDirectLost();
            }
        }
    }

    public void Remove(ExchangeRun run)
    {
        if (Runs.TryRemove(run, out _))
        {
            IdleSince = time.GetTimestamp();
        }
    }

    /// <summary>Its connection is back, or gone (embedded broker only).</summary>
    public void OnHeld() => Volatile.Write(ref _freedAt, 0);

    public void OnFreed() => Volatile.Write(ref _freedAt, time.GetTimestamp());

    /// <summary>We did not run ourselves for a while: it gets its time again.</summary>
    public void Excuse() => Volatile.Write(ref _lastHeard, time.GetTimestamp());

    /// <summary>Tells the instance what this gateway has with it, and of which version its settings are.</summary>
    public void Beat(Guid replySession, long settings) =>
        HeartbeatWriter.Write(Outbox, ++_beat, replySession, time.GetUtcNow().ToUnixTimeMilliseconds(), Runs.Select(static run => run.Key.Channel), settings);

    /// <summary>Its list is exact: it was written behind every frame sent before, and read behind them in the same session.</summary>
    public void OnHeartbeat(in FrameHeader header, in Heartbeat heartbeat)
    {
        Volatile.Write(ref _lastHeard, time.GetTimestamp());
        if (!_heartbeat.Add(header, heartbeat))
        {
            return;
        }

        foreach (var (run, _) in Runs)
        {
            if (!_heartbeat.Entries.TryGetValue((run.Channel.Exchange, run.Channel.Attempt), out var entry))
            {
                run.Owner.OnRunLost(run);
            }
            else if (run.Channel.HasLost(entry))
            {
                run.Owner.End(ExchangeFailure.BrokerGap);
            }
        }
    }

    /// <summary>It beats only while it has something of ours: silence counts from the first.</summary>
    private void CountSilenceFromNow()
    {
        if (HasNothing)
        {
            Volatile.Write(ref _lastHeard, time.GetTimestamp());
        }
    }

    /// <summary>Refuses a run that this gateway did not ask for, or does not want any more.</summary>
    public void Refuse(in FrameHeader header, ExchangeFailure reason)
    {
        var channel = new ExchangeChannel(Outbox, header.Exchange, header.Attempt, firstOut: 1, firstIn: header.Sequence, sendLimit: 0, inbound: null);
        channel.SendReset(reason);
    }
}

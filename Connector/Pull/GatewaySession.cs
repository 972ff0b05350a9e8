using System.Collections.Concurrent;
using AppProxy.Connector.Execution;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Pull;

/// <summary>What this connector has with one gateway instance: the way to its reply session, and the exchanges under way for it.</summary>
internal sealed class GatewaySession(Guid session, IOutboxOwner owner, TimeProvider time)
{
    private readonly HeartbeatList _heartbeat = new();
    private readonly ConcurrentDictionary<(ExchangeId, Attempt), byte> _missingOnce = new();
    private readonly FinishedRuns _finished = new();
    private long _lastHeard = time.GetTimestamp();
    private bool _owesBeat;

    // Beats go on counting where an earlier acquaintance with the same gateway left off.
    private uint _beat = (uint)time.GetUtcNow().ToUnixTimeSeconds();

    public Guid Session => session;

    public FrameOutbox Outbox { get; } = new(session.ToString(), owner);

    public ConcurrentDictionary<(ExchangeId Exchange, Attempt Attempt), ConnectorExchange> Exchanges { get; } = new();

    /// <summary>When the last exchange ended; the way to a gateway that nobody needs is forgotten.</summary>
    public long IdleSince { get; private set; } = time.GetTimestamp();

    public void Add(ConnectorExchange exchange)
    {
        if (Exchanges.IsEmpty)
        {
            // Gateways beat only for instances that they have exchanges with: silence counts from the first.
            Volatile.Write(ref _lastHeard, time.GetTimestamp());
        }

        Exchanges[exchange.Key] = exchange;
    }

    public void Remove(ConnectorExchange exchange)
    {
        if (exchange.IsNamed)
        {
            _finished.Add(exchange.Key.Exchange, exchange.Key.Attempt.Send);
        }

        Exchanges.TryRemove(exchange.Key, out _);
        IdleSince = time.GetTimestamp();
    }

    /// <summary>Whether this very send of a request is running here already, or was a moment ago, and the gateway will know by whom.</summary>
    public bool HasBegun(in FrameHeader head)
    {
        foreach (var (key, exchange) in Exchanges)
        {
            if (key.Exchange == head.Exchange && key.Attempt.Send == head.Attempt.Send && exchange.IsNamed)
            {
                return true;
            }
        }

        return _finished.Contains(head.Exchange, head.Attempt.Send);
    }

    /// <summary>Whether the next beat is due although nothing may run here: something is settled with it.</summary>
    public bool OwesBeat { get => Volatile.Read(ref _owesBeat); set => Volatile.Write(ref _owesBeat, value); }

    /// <summary>Tells the gateway what runs here.</summary>
    public void Beat(Guid uplink)
    {
        OwesBeat = false;
        HeartbeatWriter.Write(Outbox, ++_beat, uplink, time.GetUtcNow().ToUnixTimeMilliseconds(), Exchanges.Select(static e => e.Value.Channel));
    }

    /// <summary>Whether the gateway has been silent for too long while exchanges run for it.</summary>
    public bool IsLost => !Exchanges.IsEmpty && time.GetElapsedTime(Volatile.Read(ref _lastHeard)) > Heartbeats.LostAfter;

    /// <summary>We did not run ourselves for a while: the gateway gets its time again.</summary>
    public void Excuse() => Volatile.Write(ref _lastHeard, time.GetTimestamp());

    /// <summary>
    /// The gateway told what it has with us. An exchange that it does not list twice in a row is over for it: the first time our
    /// claim may just have been on its way.
    /// </summary>
    public void OnHeartbeat(in FrameHeader header, in Heartbeat heartbeat)
    {
        Volatile.Write(ref _lastHeard, time.GetTimestamp());
        if (!_heartbeat.Add(header, heartbeat))
        {
            return;
        }

        foreach (var (key, exchange) in Exchanges)
        {
            if (_heartbeat.Entries.TryGetValue(key, out var entry))
            {
                _missingOnce.TryRemove(key, out _);
                if (exchange.Channel.HasLost(entry))
                {
                    exchange.End(ExchangeFailure.BrokerGap);
                }
            }
            else if (exchange.IsNamed && !_missingOnce.TryAdd(key, 0))
            {
                exchange.End(ExchangeFailure.AttemptRefused, tellGateway: false);
            }
        }

        foreach (var key in _missingOnce.Keys)
        {
            if (!Exchanges.ContainsKey(key))
            {
                _missingOnce.TryRemove(key, out _);
            }
        }
    }
}

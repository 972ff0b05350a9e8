using System.Collections.Concurrent;
using System.Globalization;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.InProcess;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Tests.Conformance.Transport;

namespace AppProxy.Tests.EndToEnd.Trust.Sealing;

/// <summary>A message as it crosses the broker.</summary>
internal sealed record Crossing(string Queue, string? SessionId, byte[] Body);

/// <summary>
/// A namespace whose owner is curious and unkind: gateways are on one half of it, connectors on the other, and every message goes through
/// <see cref="Meddle"/> between them.
/// </summary>
internal sealed class HostileBroker : IAsyncDisposable
{
    /// <summary>Opens everything, under the name of the rule for connectors too.</summary>
    public const string Key = "a key that only this test knows, and nobody else";

    private static readonly string Requests = EntityNames.Requests("default");
    private static readonly string Uplinks = EntityNames.Uplinks("default");
    private static readonly string Replies = EntityNames.Replies("default");

    private readonly BrokerServer _gateways;
    private readonly BrokerServer _connectors;
    private readonly InProcessTransport _toGateways;
    private readonly InProcessTransport _toConnectors;
    private readonly Dictionary<string, IMessageSender> _senders = [];
    private readonly ConcurrentDictionary<(string, string), bool> _sessions = new();
    private readonly List<IDisposable> _watches = [];
    private readonly Lock _gate = new();

    private HostileBroker(BrokerServer gateways, BrokerServer connectors)
    {
        (_gateways, _connectors) = (gateways, connectors);
        foreach (var server in (BrokerServer[])[gateways, connectors])
        {
            server.Engine.GetOrCreate(new QueueOptions { Name = Requests });
            server.Engine.GetOrCreate(new QueueOptions { Name = Uplinks, RequiresSession = true });
            server.Engine.GetOrCreate(new QueueOptions { Name = Replies, RequiresSession = true });
        }

        _toGateways = new InProcessTransport(gateways.Engine);
        _toConnectors = new InProcessTransport(connectors.Engine);
    }

    /// <summary>Everything that was sent, as it was sent.</summary>
    public ConcurrentQueue<Crossing> Seen { get; } = new();

    /// <summary>What becomes of a message; one at a time.</summary>
    public Func<Crossing, IEnumerable<Crossing>> Meddle { get; set; } = static crossing => [crossing];

    public string ForGateways => ConnectionString(_gateways);

    public string ForConnectors => ConnectionString(_connectors);

    /// <summary>Uplink sessions that connectors hold or held.</summary>
    public IEnumerable<string> UplinkSessions => _sessions.Keys.Where(static session => session.Item1 == Uplinks).Select(static session => session.Item2);

    public static async Task<HostileBroker> StartAsync(CancellationToken cancellationToken)
    {
        static void Authorize(BrokerOptions options)
        {
            foreach (var name in (string[])["namespace", "connector"])
            {
                options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = name, PrimaryKey = Key, Grants = [new EntityGrant("", EntityClaims.Manage)] });
            }
        }

        var broker = new HostileBroker(
            await BrokerServer.StartAsync(Authorize, TimeProvider.System, cancellationToken), await BrokerServer.StartAsync(Authorize, TimeProvider.System, cancellationToken));
        broker._senders[Requests] = await broker._toConnectors.OpenSenderAsync(Requests, cancellationToken);
        broker._senders[Uplinks] = await broker._toConnectors.OpenSenderAsync(Uplinks, cancellationToken);
        broker._senders[Replies] = await broker._toGateways.OpenSenderAsync(Replies, cancellationToken);

        // Who holds a session tells which one to fetch on the other half.
        broker._watches.Add(broker._toConnectors.Watch(Uplinks, new Sessions(broker, broker._toGateways, Uplinks)));
        broker._watches.Add(broker._toGateways.Watch(Replies, new Sessions(broker, broker._toConnectors, Replies)));
        await broker.FetchAsync(broker._toGateways, Requests, null);
        return broker;
    }

    /// <summary>Puts a message on its queue, unasked.</summary>
    public void Send(Crossing crossing) => _senders[crossing.Queue].Send(new SentMessage(crossing.Body, crossing.SessionId));

    public async ValueTask DisposeAsync()
    {
        _watches.ForEach(static watch => watch.Dispose());
        await _toGateways.DisposeAsync();
        await _toConnectors.DisposeAsync();
        await _gateways.DisposeAsync();
        await _connectors.DisposeAsync();
    }

    private static string ConnectionString(BrokerServer server) => string.Create(
        CultureInfo.InvariantCulture, $"Endpoint=sb://127.0.0.1:{server.Tcp.Port};SharedAccessKeyName=namespace;SharedAccessKey={Key};UseDevelopmentEmulator=true");

    private async Task FetchAsync(InProcessTransport from, string queue, string? session)
    {
        var receiver = await from.OpenReceiverAsync(
            queue, new ReceiverOptions { Mode = ReceiveMode.ReceiveAndDelete, SessionId = session }, new Fetching(this, queue, session), CancellationToken.None);
        receiver.AddCredit(1_000_000);
    }

    private void Pass(Crossing crossing)
    {
        lock (_gate)
        {
            Seen.Enqueue(crossing);
            foreach (var passed in Meddle(crossing))
            {
                Send(passed);
            }
        }
    }

    private sealed class Sessions(HostileBroker broker, InProcessTransport from, string queue) : ISessionObserver
    {
        public void OnSessionHeld(string sessionId)
        {
            if (broker._sessions.TryAdd((queue, sessionId), true))
            {
                _ = broker.FetchAsync(from, queue, sessionId);
            }
        }

        public void OnSessionFreed(string sessionId)
        {
        }
    }

    private sealed class Fetching(HostileBroker broker, string queue, string? session) : IMessageHandler
    {
        public void OnMessage(InboundMessage message)
        {
            var body = message.Body.ToArray();
            message.Release();
            broker.Pass(new Crossing(queue, session, body));
        }

        public void OnClosed(TransportException? reason)
        {
        }
    }
}

using System.Net.WebSockets;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Contracts.Transport.Amqp.Wires;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Amqp.Links;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>One client: its handshake, its rights and their end, its links.</summary>
internal sealed partial class BrokerConnection : ILinkAcceptor, IDisposable
{
    // Links before the first right is proved: those to $cbs, and some that are refused and cost memory all the same.
    private const int MaxEarlyLinks = 32;

    private readonly AmqpWire _wire;
    private readonly string _peer;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<IAuthorizedLink> _links = [];
    private readonly CancellationTokenSource _over = new();
    private AmqpConnection? _connection;
    private AmqpError? _earlyFault;
    private ITimer? _expiry;
    private int _earlyLinks;

    public BrokerConnection(AmqpBroker broker, AmqpWire wire, string peer, ILogger logger)
    {
        Broker = broker;
        _wire = wire;
        _peer = peer;
        _logger = logger;
        Authorization = new ConnectionAuthorization(broker.Rules, broker.Options, broker.Time, broker.Tokens);
        Replies = new ReplyLinks();
        Over = _over.Token;
    }

    public AmqpBroker Broker { get; }

    public ConnectionAuthorization Authorization { get; }

    /// <summary>Where answers of $cbs and $management go.</summary>
    public ReplyLinks Replies { get; }

    /// <summary>Cancelled when the connection is over.</summary>
    public CancellationToken Over { get; }

    public async Task RunAsync()
    {
        var options = Broker.Options;
        using var deadline = new CancellationTokenSource(options.AuthorizationTimeout, Broker.Time);
        using var unauthorized = deadline.Token.Register(OnAuthorizationTimeout);
        var settings = new AmqpConnectionOptions
        {
            ContainerId = Broker.ContainerId,
            Time = Broker.Time,
            MaxFrameSize = options.MaxFrameSize,
            IdleTimeOut = options.IdleTimeOut,
            ChannelMax = (ushort)(options.MaxSessionsPerConnection - 1),
            OutputBudget = Broker.OutputBudget,
        };

        AmqpConnection connection;
        try
        {
            var open = await new AmqpHandshake(_wire, settings).AcceptAsync(Authorization, deadline.Token);
            if (open is null)
            {
                LogTurnedAway(_logger, _peer);
                await _wire.DisposeAsync();
                return;
            }

            connection = new AmqpConnection(_wire, settings, open, this);
            LogOpened(_logger, _peer, open.ContainerId);
        }
        catch (Exception failed) when (failed is AmqpException or IOException or OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            LogHandshakeFailed(_logger, _peer, failed.Message);
            if (failed is not AmqpException)
            {
                // A breach of the protocol is told; the rest has nobody left to tell.
                _wire.Abort();
            }

            await _wire.DisposeAsync();
            return;
        }

        AmqpError? early;
        lock (_gate)
        {
            _connection = connection;
            early = _earlyFault;
        }

        if (early is not null)
        {
            connection.Fail(early);
        }

        await connection.RunAsync();
        await _over.CancelAsync();
        if (_expiry is { } timer)
        {
            await timer.DisposeAsync();
        }

        var error = await connection.Closed;
        if (connection.Fault is { } fault)
        {
            LogFault(_logger, fault, _peer);
        }

        LogClosed(_logger, _peer, error?.Condition, error?.Description);
    }

    public void Dispose() => _over.Dispose();

    /// <summary>Ends the connection with an error.</summary>
    public void Fail(AmqpError error)
    {
        AmqpConnection? connection;
        lock (_gate)
        {
            _earlyFault ??= error;
            connection = _connection;
        }

        if (connection is null)
        {
            // Still in the handshake: there is nobody to tell.
            _wire.Abort();
        }
        else
        {
            connection.Fail(error);
        }
    }

    /// <summary>Ends the connection without a word: its client does not listen, or there is no time.</summary>
    public void Abort(AmqpError reason)
    {
        AmqpConnection? connection;
        lock (_gate)
        {
            connection = _connection;
        }

        if (connection is null)
        {
            _wire.Abort();
        }
        else
        {
            connection.Abort(reason);
        }
    }

    public AmqpLink CreateLink(AmqpSession session, Attach attach)
    {
        if (!Authorization.IsAuthorized && ++_earlyLinks > MaxEarlyLinks)
        {
            throw new AmqpException(ErrorCondition.UnauthorizedAccess, "The connection has not proved any right yet.");
        }

        var path = EntityPath.Normalize(attach.IsReceiver ? attach.Source?.Address : attach.Target?.Address);
        var node = path is null ? null : BrokerNode.Find(path);
        return (attach.IsReceiver, node) switch
        {
            (true, not null) => new ReplyLink(this, session, attach, node),
            (false, not null) => new RequestLink(this, session, attach, node),
            (true, null) => new OutgoingLink(this, session, attach, path),
            (false, null) => new IncomingLink(this, session, attach, path),
        };
    }

    /// <summary>Watches a link: when its right ends, it is detached.</summary>
    public void Add(IAuthorizedLink link)
    {
        lock (_gate)
        {
            _links.Add(link);
        }
    }

    public void Remove(IAuthorizedLink link)
    {
        lock (_gate)
        {
            _links.Remove(link);
        }
    }

    /// <summary>A token was put: the timer is set to the first that ends.</summary>
    public void OnTokenPut()
    {
        lock (_gate)
        {
            if (Over.IsCancellationRequested || Authorization.NextExpiry() is not { } next)
            {
                return;
            }

            var due = next - Broker.Time.GetUtcNow();
            due = due < TimeSpan.Zero ? TimeSpan.Zero : due > TimeSpan.FromDays(40) ? TimeSpan.FromDays(40) : due;
            _expiry ??= Broker.Time.CreateTimer(_ => OnTokenExpired(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _expiry.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTokenExpired()
    {
        IAuthorizedLink[] links;
        lock (_gate)
        {
            links = [.. _links];
        }

        foreach (var link in links)
        {
            if (!Authorization.Permits(link.Entity, link.Claim))
            {
                LogTokenExpired(_logger, _peer, link.Entity);
                link.Detach(new AmqpError(ErrorCondition.UnauthorizedAccess, "The token has expired."));
            }
        }

        OnTokenPut();
    }

    private void OnAuthorizationTimeout()
    {
        if (!Authorization.IsAuthorized)
        {
            LogUnauthorized(_logger, _peer);
            Fail(new AmqpError(ErrorCondition.UnauthorizedAccess, "The connection has not proved any right in time."));
        }
    }
}

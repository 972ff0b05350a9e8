using System.Collections.Concurrent;
using System.Collections.Immutable;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Tokens;
using AmqpException = Amqp.AmqpException;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>
/// A conversation with Azure Service Bus through AMQPNetLite: one connection, one AMQP session, signed in by tokens for each queue. Never
/// reconnects; see <see cref="ITransport"/>.
/// </summary>
public sealed class ServiceBusTransport : ITransport
{
    // Limits of Azure Service Bus: links in an AMQP session; and a relay's connection has one session.
    private const int MaxLinks = 255;
    private const int MaxSessions = 8;

    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    // A broker that does not say how long a session is locked has at least this much (5 s is Azure's least LockDuration).
    private static readonly TimeSpan LeastLock = TimeSpan.FromSeconds(5);

    private readonly AmqpTransportOptions _options;
    private readonly Connection _connection;
    private readonly Session _session;
    private readonly WireAdapter _wire;
    private readonly ClaimsNode _claims;
    private readonly TokenRenewal? _tokens;
    private readonly ConcurrentDictionary<ServiceBusReceiver, byte> _receivers = new();
    private readonly TaskCompletionSource<TransportException?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _connectionEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableList<ServiceBusReceiver> _draining = [];
    private int _isDisposed;

    private ServiceBusTransport(AmqpTransportOptions options, Connection connection, WireAdapter wire)
    {
        _options = options;
        _connection = connection;
        _wire = wire;
        wire.BetweenReads = LookAtDrains;
        _session = new Session(connection);
        _claims = new ClaimsNode(_session);
        _tokens = options.TokenProvider is { } provider ? new TokenRenewal(_claims, provider, options, OnTokensEnded) : null;
        _session.AddClosedCallback((_, error) => OnSessionEnded(error));
        connection.AddClosedCallback((_, error) => OnConnectionEnded(error));
    }

    /// <inheritdoc/>
    public Task<TransportException?> Closed => _closed.Task;

    internal TimeProvider Time => _options.Time;

    /// <summary>Renewals of session locks that are under way; for tests that let time pass.</summary>
    internal Task Renewing => Task.WhenAll(_receivers.Keys.Select(receiver => receiver.Renewal?.Renewing ?? Task.CompletedTask));

    /// <summary>Connects and opens the conversation.</summary>
    /// <exception cref="TransportException">The broker cannot be reached, or refused.</exception>
    public static async Task<ServiceBusTransport> ConnectAsync(AmqpTransportOptions options, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.OperationTimeout, options.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var provider = new WireProvider(options, limit.Token);
        try
        {
            var factory = new ConnectionFactory([provider]);
            factory.SASL.Profile = SaslProfile.Anonymous;
            factory.AMQP.ContainerId = options.ContainerId;
            factory.AMQP.HostName = options.Endpoint.Host;
            factory.AMQP.MaxFrameSize = options.MaxFrameSize;
            factory.AMQP.MaxSessionsPerConnection = MaxSessions;
            factory.AMQP.MaxLinksPerSession = MaxLinks;
            factory.AMQP.IdleTimeout = options.IdleTimeOut > TimeSpan.Zero ? (int)options.IdleTimeOut.TotalMilliseconds : -1;

            // The library does not listen to a token while it signs in; without its wire it gives up.
            await using var cut = limit.Token.UnsafeRegister(static state => ((WireProvider)state!).Wire?.Close(), provider);
            var address = new Address(options.Endpoint.Host, options.Endpoint.Port, path: "/", scheme: options.Endpoint.Scheme);
            var connection = await factory.CreateAsync(address, limit.Token);
            return new ServiceBusTransport(options, connection, provider.Wire!);
        }
        catch (Exception fault)
        {
            if (provider.Wire is { } wire)
            {
                await wire.EndAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw fault switch
            {
                TransportException or ArgumentException => fault,
                _ when timeout.IsCancellationRequested => new TransportException(TransportFailure.Timeout, "The broker did not answer in time.", fault),
                AmqpException { Error: { } error } => new TransportException(ErrorCondition.ToFailure(error.Condition), LinkFailure.Describe(error), fault),
                _ => new TransportException(TransportFailure.ConnectionLost, "The broker cannot be reached: " + fault.Message, fault),
            };
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IMessageSender> OpenSenderAsync(string queue, CancellationToken cancellationToken)
    {
        var name = LinkName(queue);
        var attach = new Attach
        {
            SndSettleMode = SenderSettleMode.Unsettled,
            Source = new Source { Address = name },
            Target = new Target { Address = queue },
        };
        var (link, answer) = await OpenAsync(queue, opening => new SenderLink(_session, name, attach, opening.OnAttached), cancellationToken);
        return new ServiceBusSender(link, answer, Time);
    }

    /// <inheritdoc/>
    public async ValueTask<IMessageReceiver> OpenReceiverAsync(
        string queue, ReceiverOptions options, IMessageHandler handler, CancellationToken cancellationToken)
    {
        var name = LinkName(queue);
        var attach = new Attach
        {
            SndSettleMode = options.Mode == ReceiveMode.PeekLock ? SenderSettleMode.Unsettled : SenderSettleMode.Settled,

            // First, since the library settles what it answers.
            RcvSettleMode = ReceiverSettleMode.First,
            Source = new Source
            {
                Address = queue,
                FilterSet = options.SessionId is { } id ? new Map { [Names.SessionFilter] = id } : null,
            },
            Target = new Target { Address = name },
            MaxMessageSize = (ulong)_options.MaxMessageSize,
        };
        var (link, answer) = await OpenAsync(queue, opening => new ReceiverLink(_session, name, attach, opening.OnAttached), cancellationToken);
        var receiver = new ServiceBusReceiver(this, link, options, handler);
        if (options.SessionId is { } sessionId)
        {
            var lockedUntil = answer.Properties?[Names.LockedUntilUtc] is long ticks and > 0
                ? new DateTimeOffset(ticks, TimeSpan.Zero)
                : Time.GetUtcNow() + LeastLock;
            receiver.Renewal = new SessionLockRenewal(_session, queue, sessionId, lockedUntil, Time);
        }

        _receivers.TryAdd(receiver, 0);
        link.AddClosedCallback((_, _) => _receivers.TryRemove(receiver, out _));
        receiver.Start();
        return receiver;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            foreach (var receiver in _receivers.Keys)
            {
                receiver.OnTransportDisposed();
            }

            if (_tokens is { } tokens)
            {
                await tokens.DisposeAsync();
            }

            _claims.Dispose();
            CloseConnection();
            try
            {
                await _connectionEnded.Task.WaitAsync(CloseTime, Time);
            }
            catch (TimeoutException)
            {
                // The broker does not answer; the library ends a connection whose wire is gone.
            }

            await _wire.EndAsync();
        }

        await _closed.Task;
    }

    /// <summary>Cuts the connection without a good-bye, as a broken wire does; for tests.</summary>
    internal void Cut() => _wire.Close();

    /// <summary>Looks between reads whether the receiver's drain was answered.</summary>
    internal void WatchDrain(ServiceBusReceiver receiver) =>
        ImmutableInterlocked.Update(ref _draining, static (list, added) => list.Contains(added) ? list : list.Add(added), receiver);

    private async Task<(TLink Link, Attach Answer)> OpenAsync<TLink>(string queue, Func<LinkOpening, TLink> create, CancellationToken cancellationToken)
        where TLink : Link
    {
        using var timeout = new CancellationTokenSource(_options.OperationTimeout, Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (_tokens is { } tokens)
            {
                await tokens.AuthorizeAsync(queue, limit.Token);
            }

            var opening = new LinkOpening();
            var link = create(opening);
            return (link, await opening.WaitAsync(link, limit.Token));
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TransportException(TransportFailure.Timeout, $"The broker did not open a link to {queue} in time.");
        }
        catch (Exception exception) when (exception is not TransportException)
        {
            throw LinkFailure.Of(exception, _connection);
        }
    }

    private void LookAtDrains()
    {
        foreach (var receiver in Volatile.Read(ref _draining))
        {
            if (receiver.LookAtDrain())
            {
                ImmutableInterlocked.Update(ref _draining, static (list, done) => list.Remove(done), receiver);
            }
        }
    }

    private void OnTokensEnded(TransportException reason)
    {
        if (Volatile.Read(ref _isDisposed) == 0)
        {
            _closed.TrySetResult(reason);
        }

        CloseConnection();
    }

    // All links live in the one session: without it the conversation is over.
    private void OnSessionEnded(Error? error)
    {
        if (Volatile.Read(ref _isDisposed) == 0)
        {
            _closed.TrySetResult(ReasonOf(error));
        }

        CloseConnection();
    }

    private void OnConnectionEnded(Error? error)
    {
        _closed.TrySetResult(Volatile.Read(ref _isDisposed) != 0 ? null : ReasonOf(error));
        _connectionEnded.TrySetResult();
    }

    private static TransportException ReasonOf(Error? error) => new(
        error?.Condition == (Symbol)ErrorCondition.UnauthorizedAccess ? TransportFailure.Unauthorized : TransportFailure.ConnectionLost,
        error is null ? "The broker closed the connection." : LinkFailure.Describe(error));

    private void CloseConnection()
    {
        try
        {
            _connection.Close(TimeSpan.Zero);
        }
        catch (Exception)
        {
            // Broken already; the library tells of that through its callbacks.
        }
    }

    private static string LinkName(string queue) => queue + "-" + Guid.NewGuid().ToString("N");
}

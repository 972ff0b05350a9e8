using AppProxy.Contracts.Transport.Amqp.Client;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Contracts.Transport.Amqp.Wires;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Contracts.Transport.Amqp;

/// <summary>
/// A conversation with a broker over AMQP 1.0, in the dialect of Azure Service Bus: one connection, one session, signed in by tokens for
/// each queue. Never reconnects; see <see cref="ITransport"/>.
/// </summary>
public sealed class AmqpTransport : ITransport
{
    private readonly AmqpTransportOptions _options;
    private readonly AmqpConnection _connection;
    private readonly AmqpSession _session;
    private readonly TokenRenewal? _tokens;
    private readonly Task _loop;
    private readonly TaskCompletionSource<TransportException?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isDisposed;

    private AmqpTransport(AmqpTransportOptions options, AmqpConnection connection)
    {
        _options = options;
        _connection = connection;
        _session = connection.BeginSession();
        _tokens = options.TokenProvider is { } provider ? new TokenRenewal(new ClaimsNode(_session), provider, options, OnTokensEnded) : null;
        _loop = RunAsync();
    }

    /// <inheritdoc/>
    public Task<TransportException?> Closed => _closed.Task;

    /// <summary>Connects and opens the conversation.</summary>
    /// <exception cref="TransportException">The broker cannot be reached, or refused.</exception>
    public static async Task<AmqpTransport> ConnectAsync(AmqpTransportOptions options, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.OperationTimeout, options.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        AmqpWire? wire = null;
        try
        {
            wire = await WireConnector.ConnectAsync(options, limit.Token);
            var connection = new AmqpConnectionOptions
            {
                ContainerId = options.ContainerId,
                HostName = options.Endpoint.Host,
                Time = options.Time,
                IdleTimeOut = options.IdleTimeOut,
                MaxFrameSize = options.MaxFrameSize,
            };
            var open = await new AmqpHandshake(wire, connection).ConnectAsync(Sasl.Anonymous, "anonymous"u8.ToArray(), limit.Token);
            return new AmqpTransport(options, new AmqpConnection(wire, connection, open));
        }
        catch (Exception fault)
        {
            if (wire is not null)
            {
                wire.Abort();
                await wire.DisposeAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw fault switch
            {
                TransportException or ArgumentException => fault,
                AmqpException protocol => new TransportException(ErrorCondition.ToFailure(protocol.Error.Condition), protocol.Message, protocol),
                OperationCanceledException => new TransportException(TransportFailure.Timeout, "The broker did not answer in time."),
                _ => new TransportException(TransportFailure.ConnectionLost, "The broker cannot be reached: " + fault.Message, fault),
            };
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IMessageSender> OpenSenderAsync(string queue, CancellationToken cancellationToken)
    {
        var sender = new QueueSender(_session, LinkName(queue), _options.Time);
        await OpenAsync(queue, sender, new Attach
        {
            Name = sender.Name,
            Handle = 0,
            IsReceiver = false,
            SenderSettleMode = SenderSettleMode.Unsettled,
            Source = new Source { Address = sender.Name },
            Target = new Target { Address = queue },
        }, cancellationToken);
        return sender;
    }

    /// <inheritdoc/>
    public async ValueTask<IMessageReceiver> OpenReceiverAsync(
        string queue, ReceiverOptions options, IMessageHandler handler, CancellationToken cancellationToken)
    {
        var receiver = new QueueReceiver(_session, LinkName(queue), handler, _options);
        var peekLock = options.Mode == ReceiveMode.PeekLock;
        var answer = await OpenAsync(queue, receiver, new Attach
        {
            Name = receiver.Name,
            Handle = 0,
            IsReceiver = true,
            SenderSettleMode = peekLock ? SenderSettleMode.Unsettled : SenderSettleMode.Settled,
            ReceiverSettleMode = peekLock ? ReceiverSettleMode.Second : ReceiverSettleMode.First,
            Source = new Source
            {
                Address = queue,
                Filter = options.SessionId is { } id ? new AmqpMap().With(Dialect.SessionFilter, id) : null,
            },
            Target = new Target { Address = receiver.Name },
            MaxMessageSize = (ulong)_options.MaxMessageSize,
            Properties = options.SessionId is null ? null : new AmqpMap().With(Dialect.KeepSessionLock, true),
        }, cancellationToken);

        if (options.SessionId is { } session && answer.Properties?[Dialect.KeepSessionLock].Integer is not 1)
        {
            var until = answer.Properties?[Dialect.LockedUntilUtc].Integer is { } ticks and > 0
                ? new DateTimeOffset(ticks, TimeSpan.Zero)
                : _options.Time.GetUtcNow() + TimeSpan.FromSeconds(30);
            receiver.Renewal = new SessionLockRenewal(_session, queue, session, until, _options.Time);
        }

        return receiver;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _connection.CloseAsync();
        }

        await _loop;
    }

    internal AmqpSession Session => _session;

    /// <summary>Loses the connection, as a cut cable does.</summary>
    internal void Abort() => _connection.Abort(new AmqpError(ErrorCondition.ConnectionForced, "The connection was aborted."));

    private void OnTokensEnded(TransportException reason)
    {
        if (Volatile.Read(ref _isDisposed) == 0)
        {
            _closed.TrySetResult(reason);
        }

        _connection.Abort(new AmqpError(ErrorCondition.UnauthorizedAccess, reason.Message));
    }

    private async Task RunAsync()
    {
        await _connection.RunAsync();
        if (_tokens is { } tokens)
        {
            await tokens.DisposeAsync();
        }

        var error = await _connection.Closed;
        _closed.TrySetResult(_connection.IsClosedByUs
            ? null
            : new TransportException(
                error?.Condition == ErrorCondition.UnauthorizedAccess ? TransportFailure.Unauthorized : TransportFailure.ConnectionLost,
                error is null ? "The broker closed the connection." : $"{error.Condition}: {error.Description}"));
    }

    private async Task<Attach> OpenAsync(string queue, AmqpLink link, Attach attach, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.OperationTimeout, _options.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (_tokens is { } tokens)
            {
                await tokens.AuthorizeAsync(queue, limit.Token);
            }

            _session.Attach(link, attach);
            return await link.Attached.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            link.Close();
            cancellationToken.ThrowIfCancellationRequested();
            throw _connection.Closed.IsCompleted
                ? new TransportException(TransportFailure.ConnectionLost, "The connection is lost.")
                : new TransportException(TransportFailure.Timeout, $"The broker did not open a link to {queue} in time.");
        }
        catch (AmqpException fault)
        {
            throw new TransportException(ErrorCondition.ToFailure(fault.Error.Condition), fault.Message, fault);
        }
        catch (ObjectDisposedException)
        {
            throw new TransportException(TransportFailure.ConnectionLost, "The connection is lost.");
        }
    }

    private static string LinkName(string queue) => queue + "-" + Guid.NewGuid().ToString("N");
}

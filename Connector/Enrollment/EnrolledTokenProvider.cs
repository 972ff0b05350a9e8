using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Connector.Enrollment;

/// <summary>
/// Tokens for the broker, from the gateway: all three at once, asked for again early, and kept as long as they are good. A gateway that is away
/// costs nothing until they run out.
/// </summary>
internal sealed partial class EnrolledTokenProvider(EnrolledConnector connector, TimeProvider time, ILogger<EnrolledTokenProvider> logger) : IBrokerTokenProvider, IDisposable
{
    /// <summary>For a broker that knows connectors by an identity of theirs.</summary>
    private readonly Lazy<WorkloadIdentityTokenProvider> _identity = new(WorkloadIdentityTokenProvider.Create);

    /// <summary>Share of a token's life after which a renewal asks for another: less than when renewals come, more than between those for the three entities.</summary>
    private const double Young = 0.3;

    /// <summary>Connections that one answer is used for: the first, and one that takes its place.</summary>
    private const int MaxConnections = 2;

    private readonly SemaphoreSlim _turn = new(1);
    private BrokerAccessAnswer? _access;
    private DateTimeOffset _youngUntil;
    private DateTimeOffset _expiresAt;
    private int _connections;

    /// <summary>Access for a new connection: after some that did not last, the broker may not want these tokens any more, and the gateway is asked for others.</summary>
    /// <exception cref="TransportException">The gateway gives none.</exception>
    public ValueTask<BrokerAccessAnswer> GetAccessForConnectionAsync(CancellationToken cancellationToken)
    {
        _connections++;
        return GetAccessAsync(cancellationToken);
    }

    public async ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken)
    {
        var access = await GetAccessAsync(cancellationToken);
        if (access.IsOwnIdentity)
        {
            // Put again as often as others, so that the gateway is asked whether this connector still has its rights.
            var own = await _identity.Value.GetTokenAsync(audience, cancellationToken);
            return own.ExpiresAt < _expiresAt ? own : own with { ExpiresAt = _expiresAt };
        }

        var entity = audience[(audience.LastIndexOf('/') + 1)..];
        return access.Tokens.TryGetValue(entity, out var token)
            ? new BrokerToken(token, access.Kind, _expiresAt)
            : throw new TransportException(TransportFailure.Unauthorized, $"The gateway gave no token for {entity}.");
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask<BrokerAccessAnswer> GetAccessAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            if (_access is null || now >= _youngUntil || _connections > MaxConnections)
            {
                await RenewAsync(now, cancellationToken);
            }

            return _access!;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task RenewAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var access = await connector.GetBrokerAccessAsync(cancellationToken);
            var lifetime = TimeSpan.FromSeconds(access.LifetimeSeconds);

            // Counted from before the call: on the safe side.
            (_access, _youngUntil, _expiresAt) = (access, now + (lifetime * Young), now + lifetime);
            _connections = Math.Min(_connections, 1);
        }
        catch (GatewayCallException failed) when (failed.Fault is null or CallFault.Unavailable && _access is not null && _expiresAt > time.GetUtcNow())
        {
            LogGatewayAway(_expiresAt, failed.Message);
        }
        catch (GatewayCallException failed)
        {
            throw new TransportException(failed.Fault is null or CallFault.Unavailable ? TransportFailure.ConnectionLost : TransportFailure.Unauthorized, failed.Message, failed);
        }
    }

    [LoggerMessage(2403, LogLevel.Warning, "The gateway gives no new tokens; those at hand are good until {ExpiresAt:u}: {Reason}")]
    private partial void LogGatewayAway(DateTimeOffset expiresAt, string reason);
}

using System.Security.Cryptography;
using System.Text;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Connector.Enrollment;

/// <summary>This connector with its identity: makes its calls, one after the other, and keeps what changes of it.</summary>
internal sealed partial class EnrolledConnector : IDisposable
{
    private readonly IdentityFile _file;
    private readonly TimeProvider _time;
    private readonly ILogger<EnrolledConnector> _logger;
    private readonly GatewayClient _client;
    private readonly SemaphoreSlim _turn = new(1);
    private ECDsa _key;

    public EnrolledConnector(IdentityFile file, TimeProvider time, ILogger<EnrolledConnector> logger, HttpMessageHandler? handler = null)
    {
        _file = file;
        _time = time;
        _logger = logger;
        Identity = file.Read();
        _key = file.OpenKey(Identity.PrivateKey);
        _client = new GatewayClient(Identity.Gateway, time, handler);
        SealingKeys = new EnrolledSealingKeys(this, time);
        Standing = new Standing(time);
    }

    public ConnectorIdentity Identity { get; private set; }

    /// <summary>The group's keys, where the broker is somebody else's; as old as the last access to it.</summary>
    public EnrolledSealingKeys SealingKeys { get; }

    /// <summary>Whether the gateway takes it.</summary>
    public Standing Standing { get; }

    /// <summary>Asks for access to the broker.</summary>
    /// <exception cref="GatewayCallException">There is none.</exception>
    public async Task<BrokerAccessAnswer> GetBrokerAccessAsync(CancellationToken cancellationToken)
    {
        using var envelopeKey = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var answer = await CallAsync(ConnectorPaths.Token, call => call with { EnvelopeKey = KeyEnvelope.PointOf(envelopeKey) }, cancellationToken);
        if (answer.BrokerAccess is not { } access)
        {
            throw new GatewayCallException(null, $"{Identity.Gateway}: the gateway's answer says nothing about its broker.");
        }

        if (access.GroupKeys is { } envelope)
        {
            try
            {
                SealingKeys.Take(envelope.Open(envelopeKey, answer.InResponseTo));
            }
            catch (CryptographicException exception)
            {
                throw new GatewayCallException(null, $"{Identity.Gateway}: the gateway's answer holds keys that cannot be read: {exception.Message}", exception);
            }
        }

        return access is { Endpoint: not null, GroupKeys: null }
            ? throw new GatewayCallException(null, $"{Identity.Gateway}: the gateway's broker is somebody else's, and it gives no keys to seal with: update the gateway.")
            : access;
    }

    /// <summary>Tells how this connector is.</summary>
    /// <returns>The version of the settings that the gateway has; null from one that gives none.</returns>
    /// <exception cref="GatewayCallException">Nobody heard it.</exception>
    public async Task<long?> ReportPresenceAsync(PresenceReport report, CancellationToken cancellationToken)
        => (await CallAsync(ConnectorPaths.Presence, call => call with { Presence = report }, cancellationToken)).SettingsVersion;

    /// <summary>Asks for the settings of the connector's group.</summary>
    /// <param name="version">Of those that one has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there are no others.</returns>
    /// <exception cref="GatewayCallException">There are none.</exception>
    public async Task<ConnectorSettings?> GetSettingsAsync(long version, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(
            ConnectorPaths.Settings, static call => call, (call, credentials, pinned) => _client.ReadAsync(call, credentials, pinned, version, cancellationToken), cancellationToken);
        return answer is null ? null
            : answer.Settings ?? throw new GatewayCallException(null, $"{Identity.Gateway}: the gateway's answer says nothing about apps.");
    }

    /// <summary>Puts a new key in the place of the present one, here and at the gateway; goes on where an earlier attempt ended.</summary>
    /// <exception cref="GatewayCallException">The gateway did not take it.</exception>
    public async Task RenewKeyAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Identity.NextPrivateKey is null)
            {
                if (!_file.Holds(Identity.Id))
                {
                    throw new EnrollmentException(NotOurs);
                }

                using var drawn = ConnectorIdentity.CreateKey();
                Keep(Identity with { NextPrivateKey = _file.Protect(drawn) });
            }

            LogRenewed(await RenewKeyInTurnAsync(Identity.NextPrivateKey!, cancellationToken));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        SealingKeys.Dispose();
        _client.Dispose();
        _key.Dispose();
        _turn.Dispose();
    }

    private string NotOurs => $"{_file.Path}: holds the identity of '{Identity.Name}' no more, which this process goes on with: restart it, so that it is who it is now.";

    /// <param name="nextPrivateKey">Kept before the gateway hears of it: whatever happens in between, the connector has the key that the gateway wants to see.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The new key's id.</returns>
    private async Task<string> RenewKeyInTurnAsync(string nextPrivateKey, CancellationToken cancellationToken)
    {
        var next = _file.OpenKey(nextPrivateKey);
        try
        {
            var publicKey = PublicKeys.From(next);
            var request = new KeyRequest
            {
                X = publicKey.X,
                Y = publicKey.Y,
                Signature = Base64UrlEncoder.Encode(next.SignData(Encoding.UTF8.GetBytes(Identity.Id), HashAlgorithmName.SHA256)),
            };
            await CallInTurnAsync(
                ConnectorPaths.Key,
                call => call with { NextKey = request },
                async (call, credentials, pinned) => await _client.CallAsync(call, credentials, pinned, cancellationToken));
            Keep(Identity with { PrivateKey = nextPrivateKey, NextPrivateKey = null, KeyCreatedAt = _time.GetUtcNow() });
            _key.Dispose();
            _key = next;
            return publicKey.Kid;
        }
        catch
        {
            next.Dispose();
            throw;
        }
    }

    private async Task<GatewayAnswer> CallAsync(string path, Func<ConnectorCall, ConnectorCall> fill, CancellationToken cancellationToken)
        => (await CallAsync(
            path,
            fill,
            async (call, credentials, pinned) =>
            {
                var (answer, signedBy) = await _client.CallAsync(call, credentials, pinned, cancellationToken);
                return ((GatewayAnswer?)answer, signedBy);
            },
            cancellationToken))!;

    private async Task<GatewayAnswer?> CallAsync(
        string path,
        Func<ConnectorCall, ConnectorCall> fill,
        Func<ConnectorCall, SigningCredentials, JsonWebKey, Task<(GatewayAnswer? Answer, JsonWebKey GatewayKey)>> send,
        CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await CallInTurnAsync(path, fill, send);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<GatewayAnswer?> CallInTurnAsync(
        string path, Func<ConnectorCall, ConnectorCall> fill, Func<ConnectorCall, SigningCredentials, JsonWebKey, Task<(GatewayAnswer? Answer, JsonWebKey GatewayKey)>> send)
    {
        try
        {
            if (!PublicKeys.TryCreate(Identity.GatewayKey.X, Identity.GatewayKey.Y, out var pinned))
            {
                throw new GatewayCallException(null, $"{_file.Path}: the gateway's key in it is none. Enrol again, with a new token and --replace.");
            }

            var call = fill(new ConnectorCall { Issuer = Identity.Id, Audience = "", Path = path, Id = "", IssuedAt = 0, Instance = "" });
            var credentials = Enroller.Credentials(new ECDsaSecurityKey(_key) { KeyId = PublicKeys.From(_key).Kid });
            Standing.BeforeCall();
            var (answer, signedBy) = await send(call, credentials, pinned);
            Standing.OnTaken();
            if (signedBy.Kid != pinned.Kid)
            {
                Keep(Identity with { GatewayKey = new PublicPoint(signedBy.X, signedBy.Y) });
                LogGatewayKey(signedBy.Kid);
            }

            return answer;
        }
        catch (GatewayCallException refused) when (Standing.IsShutOutBy(refused.Fault) && refused.InnerException is not GatewayCallException)
        {
            Standing.OnRefused(refused);
            throw;
        }
    }

    /// <summary>In turn only. An identity that was put in the place of ours is somebody else's to change; this process goes on with what it knows.</summary>
    private void Keep(ConnectorIdentity identity)
    {
        try
        {
            if (_file.Holds(identity.Id))
            {
                _file.Write(identity);
            }
            else
            {
                LogNotKept(NotOurs);
            }
        }
        catch (EnrollmentException unusable) when (identity.NextPrivateKey == Identity.NextPrivateKey)
        {
            // No key of ours is lost by it.
            LogNotKept(unusable.Message);
        }

        Identity = identity;
    }

    [LoggerMessage(2401, LogLevel.Information, "This connector has a new key, {KeyId}")]
    private partial void LogRenewed(string keyId);

    [LoggerMessage(2406, LogLevel.Warning, "{Reason}")]
    private partial void LogNotKept(string reason);

    [LoggerMessage(2402, LogLevel.Information, "The gateway signs with a new key, {KeyId}, which the one before vouched for")]
    private partial void LogGatewayKey(string keyId);
}

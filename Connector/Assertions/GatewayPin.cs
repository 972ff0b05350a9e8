using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Connector.Assertions;

/// <summary>Which gateway this connector trusts: one of its keys, whole or by thumbprint, and where it tells of the others.</summary>
internal sealed class GatewayPin : IDisposable
{
    private readonly GatewayClient _client;

    private GatewayPin(Uri gateway, string thumbprint, JsonWebKey? key, TimeProvider time, HttpMessageHandler? handler)
    {
        Gateway = gateway;
        Thumbprint = thumbprint;
        Key = key;
        _client = new GatewayClient(gateway, time, handler);
    }

    public Uri Gateway { get; }

    /// <summary>RFC 7638, base64url.</summary>
    public string Thumbprint { get; }

    /// <summary>The key itself, where it is known.</summary>
    public JsonWebKey? Key { get; }

    /// <summary>The gateway that a connector enrolled with.</summary>
    /// <exception cref="EnrollmentException">The identity's key is none.</exception>
    public static GatewayPin Of(IdentityFile file, TimeProvider time, HttpMessageHandler? handler)
    {
        var identity = file.Read();
        return PublicKeys.TryCreate(identity.GatewayKey.X, identity.GatewayKey.Y, out var key)
            ? new GatewayPin(identity.Gateway, key.Kid, key, time, handler)
            : throw new EnrollmentException($"{file.Path}: the gateway's key in it is none. Enrol again, with a new token and --replace.");
    }

    /// <summary>The gateway whose key an operator pinned; null where none did.</summary>
    public static GatewayPin? Of(ConnectorOptions options, TimeProvider time, HttpMessageHandler? handler)
        => options.GatewayKey is { } thumbprint ? new GatewayPin(AddressOf(options)!, thumbprint, null, time, handler) : null;

    /// <summary>Where the gateway is reached over HTTP: as configured, or where its broker's WebSocket is.</summary>
    public static Uri? AddressOf(ConnectorOptions options)
        => options.Gateway is { } gateway ? Enroller.ReadGateway(gateway)
            : Uri.TryCreate(options.Broker.Url, UriKind.Absolute, out var broker) && broker.Scheme is "ws" or "wss"
                ? new UriBuilder(broker) { Scheme = broker.Scheme == "wss" ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, Path = "/", Port = broker.Port }.Uri
                : null;

    /// <exception cref="GatewayCallException">No answer.</exception>
    public Task<GatewayKeys> ReadKeysAsync(CancellationToken cancellationToken) => _client.ReadKeysAsync(cancellationToken);

    public void Dispose() => _client.Dispose();
}

using System.Security.Cryptography;
using System.Text;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Roster;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Gateway.Connectors.Enrolling;

/// <summary>Puts a connector's next key in the place of the one it has. Asked twice, it does it once.</summary>
internal sealed partial class KeyChange(IConnectorStore store, ILogger<KeyChange> logger)
{
    /// <exception cref="CallRefusedException">No key, or nobody has its private half.</exception>
    public async Task ChangeAsync(ConnectorRecord connector, KeyRequest? next, CancellationToken cancellationToken)
    {
        if (next is null || !PublicKeys.TryCreate(next.X, next.Y, out var key) || !IsSigned(connector.Id, next))
        {
            throw new CallRefusedException(CallFault.BadRequest, "The next key is none, or not the caller's.");
        }

        var point = new PublicPoint(key.X, key.Y);
        await store.UpdateAsync(connector.Id, other => other.Key == point ? other : other with { Key = point, PreviousKey = other.Key }, cancellationToken);
        LogChanged(connector.Name, key.Kid);
    }

    private static bool IsSigned(string connectorId, KeyRequest next)
    {
        try
        {
            using var key = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = Base64UrlEncoder.DecodeBytes(next.X), Y = Base64UrlEncoder.DecodeBytes(next.Y) },
            });
            return key.VerifyData(Encoding.UTF8.GetBytes(connectorId), Base64UrlEncoder.DecodeBytes(next.Signature), HashAlgorithmName.SHA256);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return false;
        }
    }

    [LoggerMessage(4312, LogLevel.Information, "Connector '{Name}' has a new key, {KeyId}")]
    private partial void LogChanged(string name, string keyId);
}

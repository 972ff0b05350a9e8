using System.Security.Cryptography;
using System.Text;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Settings;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Gateway.Connectors.Enrolling;

/// <summary>Makes whoever proves to have a token a connector of its group.</summary>
internal sealed partial class ConnectorEnrollment(IConnectorStore store, GroupSettings settings, TimeProvider time, ILogger<ConnectorEnrollment> logger)
{
    private const string AskForAnother = "Ask the gateway's operator for another one (connectors token).";

    /// <summary>The token that it has, perhaps over by now.</summary>
    /// <exception cref="CallRefusedException">It has none.</exception>
    public async Task<EnrollmentTokenRecord> ProveAsync(EnrollmentRequest request, JsonWebKey key, CancellationToken cancellationToken)
    {
        var token = await store.FindTokenAsync(request.TokenId, cancellationToken)
            ?? throw new CallRefusedException(CallFault.TokenUnknown, "The gateway does not know this token. " + AskForAnother);
        var proof = EnrollmentToken.ProveFor(Convert.FromBase64String(token.Verifier), key.Kid);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(proof), Encoding.UTF8.GetBytes(request.Proof)))
        {
            throw new CallRefusedException(CallFault.TokenForged, "This is not the token that the gateway made. " + AskForAnother);
        }

        return token;
    }

    /// <param name="token">Of which there is a proof.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="key">Its public key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CallRefusedException">The token is not good for it.</exception>
    public async Task<ConnectorRecord> EnrollAsync(EnrollmentTokenRecord token, EnrollmentRequest request, JsonWebKey key, CancellationToken cancellationToken)
    {
        var point = new PublicPoint(key.X, key.Y);
        if ((await store.ListAsync(cancellationToken)).FirstOrDefault(other => other.EnrolledWith == token.Id && other.Key == point && other.IsActive) is { } enrolled)
        {
            // It asks again because the answer was lost on its way.
            return enrolled;
        }

        if (token.ExpiresAt <= time.GetUtcNow())
        {
            throw new CallRefusedException(CallFault.TokenExpired, $"The token expired at {token.ExpiresAt:u}. " + AskForAnother);
        }

        var connector = await store.EnrollAsync(
            token.Id,
            new ConnectorRecord
            {
                Id = Guid.NewGuid().ToString(),
                Name = ConnectorNames.Clean(request.Name),
                Group = settings.NameOf(token.Group),
                Key = point,
                EnrolledWith = token.Id,
                EnrolledAt = time.GetUtcNow(),
            },
            cancellationToken);
        if (connector is null)
        {
            throw new CallRefusedException(CallFault.TokenUsed, "The token was used already. " + AskForAnother);
        }

        LogEnrolled(connector.Name, connector.Id, connector.Group, token.Id);
        return connector;
    }

    [LoggerMessage(4311, LogLevel.Information, "Connector '{Name}' ({Id}) is enrolled in group '{Group}' with token {TokenId}")]
    private partial void LogEnrolled(string name, string id, string group, string tokenId);
}

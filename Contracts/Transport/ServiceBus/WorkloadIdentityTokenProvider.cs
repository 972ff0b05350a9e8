using AppProxy.Contracts.Transport.Tokens;
using Azure.Core;
using Azure.Identity;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>Tokens of Microsoft Entra ID for an identity that is where this runs: managed, federated, or a service principal of the environment.</summary>
/// <param name="credential">Keeps tokens until shortly before they end.</param>
internal sealed class WorkloadIdentityTokenProvider(TokenCredential credential) : IBrokerTokenProvider
{
    private static readonly string[] Scopes = ["https://servicebus.azure.net/.default"];

    /// <summary>With what this machine has; nobody's who happens to be signed in on it.</summary>
    public static WorkloadIdentityTokenProvider Create() => new(new DefaultAzureCredential(new DefaultAzureCredentialOptions
    {
        ExcludeAzureCliCredential = true,
        ExcludeAzureDeveloperCliCredential = true,
        ExcludeAzurePowerShellCredential = true,
        ExcludeBrokerCredential = true,
        ExcludeInteractiveBrowserCredential = true,
        ExcludeVisualStudioCodeCredential = true,
        ExcludeVisualStudioCredential = true,
    }));

    public async ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken)
    {
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext(Scopes), cancellationToken);
            return new BrokerToken(token.Token, BrokerTokenKind.JsonWebToken, token.ExpiresOn);
        }
        catch (AuthenticationFailedException failed)
        {
            throw new TransportException(
                TransportFailure.Unauthorized, "No token for Azure Service Bus can be had with the identity of where this runs: " + failed.Message.ReplaceLineEndings(" "), failed);
        }
    }
}

using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;
using Azure.Core;
using Azure.Identity;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Transport.ServiceBus;

[TestFixture]
internal sealed class WorkloadIdentityTokenProviderTests
{
    private static readonly DateTimeOffset Expiry = new(2026, 1, 1, 1, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task A_token_is_for_service_bus_and_put_as_a_jwt()
    {
        var credential = new Credential(static () => new AccessToken("token", Expiry));

        var token = await new WorkloadIdentityTokenProvider(credential).GetTokenAsync("amqps://ns/requests.default", CancellationToken.None);

        token.Should().Be(new BrokerToken("token", BrokerTokenKind.JsonWebToken, Expiry));
        credential.Scopes.Should().Equal("https://servicebus.azure.net/.default");
    }

    [Test]
    public async Task Without_an_identity_it_says_so_in_a_line()
    {
        var provider = new WorkloadIdentityTokenProvider(new Credential(static () => throw new CredentialUnavailableException("Nobody\nis here.")));

        var failure = (await provider.Awaiting(own => own.GetTokenAsync("x", CancellationToken.None).AsTask()).Should().ThrowAsync<TransportException>()).Which;

        failure.Failure.Should().Be(TransportFailure.Unauthorized);
        failure.Message.Should().Contain("the identity of where this runs").And.NotContain("\n");
    }

    private sealed class Credential(Func<AccessToken> give) : TokenCredential
    {
        public string[] Scopes { get; private set; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes = requestContext.Scopes;
            return give();
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}

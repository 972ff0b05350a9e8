using System.Security.Claims;
using System.Text.Json;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
internal sealed class UserInfoClaimsTests
{
    [Test]
    public void Arrays_come_apart_and_what_the_ID_token_said_is_not_said_twice()
    {
        var identity = new ClaimsIdentity([new Claim("sub", "alice"), new Claim("name", "Alice"), new Claim("groups", "sales")]);
        using var said = JsonDocument.Parse("""
            { "sub": "alice", "iss": "https://evil.example", "aud": [ "x" ], "nonce": "n", "name": "Alice", "groups": [ "sales", "vpn", null, 7 ], "roles": [], "email_verified": true, "phone": null, "address": { "country": "CH" } }
            """);

        new UserInfoClaims().Run(said.RootElement, identity, "https://provider.test");

        identity.Claims.Select(static claim => $"{claim.Type}={claim.Value}").Should().Equal(
            "sub=alice", "name=Alice", "groups=sales", "groups=vpn", "groups=7", "email_verified=true", """address={ "country": "CH" }""");
    }
}

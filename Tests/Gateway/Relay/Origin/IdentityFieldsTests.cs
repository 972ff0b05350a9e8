using AppProxy.Gateway.Relay.Origin;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay.Origin;

[TestFixture]
internal sealed class IdentityFieldsTests
{
    [TestCase("X-MS-CLIENT-PRINCIPAL")]
    [TestCase("X-MS-CLIENT-PRINCIPAL-NAME")]
    [TestCase("X_Ms_Client_Principal_Name")]
    [TestCase("X-Ms_Client-Principal_Id")]
    [TestCase("x_ms_token_aad_id_token")]
    [TestCase("Remote-User")]
    [TestCase("REMOTE_USER")]
    [TestCase("x_forwarded_user")]
    [TestCase("X_Forwarded_For")]
    [TestCase("x-forwarded_for")]
    [TestCase("forwarded")]
    [TestCase("X-Forwarded-Host")]
    [TestCase("X-Forwarded-Proto")]
    [TestCase("X-Forwarded-Prefix")]
    [TestCase("X-Forwarded-Port")]
    [TestCase("X_Forwarded_Ssl")]
    [TestCase("X-Forwarded-Scheme")]
    [TestCase("X-Forwarded-Server")]
    [TestCase("X-Forwarded-Client-Cert")]
    [TestCase("X-Forwarded-Whatever-Comes")]
    [TestCase("X-Real-IP")]
    [TestCase("X_ORIGINAL_URL")]
    [TestCase("X-Rewrite-URL")]
    [TestCase("X-Auth-Request-User")]
    [TestCase("X_WEBAUTH_USER")]
    [TestCase("SM_USER")]
    [TestCase("iv-user")]
    [TestCase("AppProxy-User")]
    [TestCase("APPPROXY_USER")]
    [TestCase("OIDC_CLAIM_email")]
    [TestCase("SSL_CLIENT_S_DN")]
    [TestCase("Client-Cert")]
    public void Only_we_say_this(string name) => IdentityFields.AreIn(name).Should().BeTrue();

    [TestCase("X-MS-Client-Request-Id")]
    [TestCase("X-Forwarded")]
    [TestCase("Remote")]
    [TestCase("User")]
    [TestCase("X-User")]
    [TestCase("From")]
    [TestCase("Accept")]
    [TestCase("X")]
    [TestCase("AppProxy")]
    [TestCase("X-Requested-With")]
    [TestCase("Sec-Fetch-Mode")]
    public void Anybody_may_say_this(string name) => IdentityFields.AreIn(name).Should().BeFalse();
}

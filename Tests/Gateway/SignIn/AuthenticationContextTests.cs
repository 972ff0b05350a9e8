using System.Security.Claims;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
internal sealed class AuthenticationContextTests
{
    [TestCase("acr", "c1", true)]
    [TestCase("acr", "c2", false)]
    [TestCase("acrs", "c1", true)]
    [TestCase("acrs", "c2", false)]
    [TestCase("amr", "mfa", true)]
    [TestCase("amr", "pwd", false)]
    public void Two_steps_are_what_the_provider_calls_them(string type, string value, bool areTwo)
    {
        var reader = new ClaimsReader(new SignInOptions { TwoStepsAcr = "c1" }, TimeProvider.System);

        TwoSteps.Are(reader.Read([new Claim("sub", "alice"), new Claim(type, value)])).Should().Be(areTwo);
    }

    [Test]
    public void Of_several_each_counts()
    {
        var reader = new ClaimsReader(new SignInOptions { TwoStepsAcr = "c1" }, TimeProvider.System);

        TwoSteps.Are(reader.Read([new Claim("sub", "alice"), new Claim("acrs", "p1"), new Claim("acrs", "c1")])).Should().BeTrue();
    }
}

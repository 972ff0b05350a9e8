using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Gateway.Publishing;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Publishing;

[TestFixture]
internal sealed class CertificateVerdictTests
{
    [TestCase(0, StepState.Ok, "It is for app.example.com, trusted")]
    [TestCase(150, StepState.Failed, "stands below one that is not good now: CN=Public, good from ")]
    [TestCase(-150, StepState.Ok, "It is for app.example.com, trusted")]
    public void Of_those_above_it_the_time_counts_too(int daysFromNow, StepState expected, string because)
    {
        using var authority = new TestAuthority("Public");
        using var certificate = authority.Issue("app.example.com");
        var now = TimeProvider.System.GetUtcNow();

        // The certificate's own time is judged by the clock, and so only that of those above differs with the chain's.
        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority.Certificate }, RevocationMode = X509RevocationMode.NoCheck, VerificationTime = now.AddDays(daysFromNow).UtcDateTime },
        };
        var isWhole = chain.Build(certificate);
        var verdict = new CertificateVerdict("app.example.com", now);

        verdict.Look(certificate, chain, isWhole ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors).Should().BeTrue();

        verdict.ToStep(SslProtocols.Tls13).Should().Match<TestStep>(step => step.State == expected && step.Text.Contains(because));
    }
}

using System.Security.Cryptography;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Identity.Sealing;

[TestFixture]
internal sealed class KeyEnvelopeTests
{
    private static readonly HeldKeys Keys = new(1_700_000_000, [new HeldKey(7, 1, 2, "down", "up")]);

    [Test]
    public void Who_drew_the_key_opens_it()
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

        KeyEnvelope.Close(Keys, KeyEnvelope.PointOf(own), "call").Open(own, "call").Should().BeEquivalentTo(Keys);
    }

    [Test]
    public void Nobody_else_does_and_not_for_another_call()
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var envelope = KeyEnvelope.Close(Keys, KeyEnvelope.PointOf(own), "call");

        envelope.Invoking(closed => closed.Open(other, "call")).Should().Throw<CryptographicException>();
        envelope.Invoking(closed => closed.Open(own, "another call")).Should().Throw<CryptographicException>();
        (envelope with { Text = "AAAA" }).Invoking(closed => closed.Open(own, "call")).Should().Throw<CryptographicException>();
        (envelope with { X = "!" }).Invoking(closed => closed.Open(own, "call")).Should().Throw<CryptographicException>();
    }

    [Test]
    public void A_point_that_is_none_is_refused()
        => FluentActions.Invoking(static () => KeyEnvelope.Close(Keys, new PublicPoint("AAAA", "AAAA"), "call")).Should().Throw<CryptographicException>();
}

using AppProxy.Contracts.Identity;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Identity;

[TestFixture]
public sealed class EnrollmentTokenTests
{
    private const string Pin = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Test]
    public void A_token_survives_being_copied()
    {
        var made = EnrollmentToken.Create(Pin);

        EnrollmentToken.TryParse($"  {made.Reveal()}\r\n", out var read).Should().BeTrue();

        read!.Id.Should().Be(made.Id);
        read.GatewayKeyId.Should().Be(Pin);
        read.Verifier.Should().Equal(made.Verifier);
    }

    [Test]
    public void Each_wrong_letter_and_each_missing_one_is_noticed()
    {
        var text = EnrollmentToken.Create(Pin).Reveal();
        for (var i = 0; i < text.Length; i++)
        {
            var other = text[i] == 'A' ? 'B' : 'A';
            var wrong = text[..i] + other + text[(i + 1)..];
            if (EnrollmentToken.TryParse(wrong, out var read))
            {
                // The last letter has bits to spare.
                i.Should().Be(text.Length - 1);
                read.Reveal().Should().Be(text);
            }

            EnrollmentToken.TryParse(text.Remove(i, 1), out _).Should().BeFalse();
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("apx1_")]
    [TestCase("apx1_!!!!")]
    [TestCase("apx2_AAAA")]
    public void What_is_none_is_none(string? text) => EnrollmentToken.TryParse(text, out _).Should().BeFalse();

    [Test]
    public void It_is_not_told_by_accident()
    {
        var token = EnrollmentToken.Create(Pin);

        token.ToString().Should().Be(token.Id);
    }
}

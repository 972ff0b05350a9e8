using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.SignIn.Sessions;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Diagnostics;

[TestFixture]
internal sealed class PrintableTextTests
{
    [TestCase(null, null)]
    [TestCase("", "")]
    [TestCase("A\u001b[2J\u009b\0B\r\n", "A [2J  B  ")]
    [TestCase("a\u202eb\u200dc\u2028d", "a b c d")]
    [TestCase("é 漢 🙂", "é 漢 🙂")]
    [TestCase("123456789012", "1234567890")]
    [TestCase("123456789\U0001F600", "123456789", Description = "Half a character is none.")]
    public void Nothing_is_left_that_a_terminal_obeys_or_a_server_refuses(string? text, string? expected) => PrintableText.Cut(text, 10).Should().Be(expected);

    [Test]
    public void Half_a_character_is_told_as_that() => PrintableText.Cut("a\ud83d", 10).Should().Be("a\ufffd");

    [Test]
    public void So_it_is_with_what_a_browser_says_of_itself()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.UserAgent = "Mozilla\u001b]0;owned\u0007";

        SessionClient.Of(context).UserAgent.Should().Be("Mozilla ]0;owned ");
    }
}

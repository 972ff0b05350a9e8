using System.Buffers.Text;
using System.Text;
using AppProxy.Gateway.SignIn.Sessions;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
internal sealed class CompactTokenTests
{
    private static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    [Test]
    public void A_token_comes_back_as_it_was_and_takes_less()
    {
        var token = $"{Part("""{"alg":"RS256","typ":"JWT"}""")}.{Part("""{"iss":"https://login.example.com/","sub":"alice","name":"Alice \u00e4","groups":["sales","sales-europe"]}""")}.{Part(new string('s', 256))}";

        var packed = CompactToken.Pack(token);

        CompactToken.Unpack(packed).Should().Be(token);
        packed.Length.Should().BeLessThan(token.Length * 3 / 4);
    }

    [TestCase("")]
    [TestCase("opaque")]
    [TestCase("a.b.c")]
    [TestCase("e30.e30=.e30")]
    [TestCase("e31.e30.e30")]
    [TestCase("e30.e30.")]
    [TestCase("one.two.three.four.five")]
    [TestCase("e30.e\u00e9.e30")]
    public void What_is_no_signed_token_comes_back_as_it_was_too(string text) => CompactToken.Unpack(CompactToken.Pack(text)).Should().Be(text);
}

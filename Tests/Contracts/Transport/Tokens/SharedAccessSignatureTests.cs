using AppProxy.Contracts.Transport.Tokens;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Transport.Tokens;

[TestFixture]
public sealed class SharedAccessSignatureTests
{
    private const string Resource = "amqps://contoso.servicebus.windows.net/requests.default";
    private const string Key = "Zm9vYmFy+/=";

    // Made with another implementation (Python's hmac).
    private const string Known =
        "SharedAccessSignature sr=amqps%3A%2F%2Fcontoso.servicebus.windows.net%2Frequests.default"
        + "&sig=%2B01cpOaT3Uowk%2FLz1BBRmURDe2nu40ET4ReMjJwBQDM%3D&se=1700000000&skn=rule";

    // As above, with the lower-case encoding of other clients.
    private const string KnownLowerCase =
        "SharedAccessSignature sr=sb%3a%2f%2fcontoso.servicebus.windows.net%2fq"
        + "&sig=ZiL7UNTO3FVq6A2lSK2HdXb0oEgBzMZS%2F3Sb6v3LP8Q%3D&se=4102444800&skn=r";

    [Test]
    public void A_token_is_made_as_service_bus_has_it() =>
        SharedAccessSignature.Create(Resource, "rule", Key, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)).Should().Be(Known);

    [TestCase(Known, Key)]
    [TestCase(KnownLowerCase, "key")]
    public void A_genuine_token_is_known_whatever_the_case_of_its_encoding(string token, string key)
    {
        SharedAccessSignature.TryParse(token, out var signature).Should().BeTrue();
        signature!.IsSignedWith(key).Should().BeTrue();
        signature.IsSignedWith(key + "x").Should().BeFalse();
    }

    [Test]
    public void What_it_says_can_be_read()
    {
        SharedAccessSignature.TryParse(Known, out var signature).Should().BeTrue();
        signature!.Resource.Should().Be(Resource);
        signature.KeyName.Should().Be("rule");
        signature.ExpiresAt.ToUnixTimeSeconds().Should().Be(1_700_000_000);
        signature.ToString().Should().NotContain("sig");
    }

    [TestCase("sr=amqps%3A%2F%2Fcontoso", "sr=amqps%3A%2F%2Fevil", TestName = "A changed resource")]
    [TestCase("se=1700000000", "se=1800000000", TestName = "A changed expiry")]
    [TestCase("sig=%2B0", "sig=%2B1", TestName = "A changed signature")]
    public void A_change_breaks_it(string from, string to)
    {
        SharedAccessSignature.TryParse(Known.Replace(from, to, StringComparison.Ordinal), out var signature).Should().BeTrue();
        signature!.IsSignedWith(Key).Should().BeFalse();
    }

    [TestCase("")]
    [TestCase("SharedAccessSignature")]
    [TestCase("SharedAccessSignature ")]
    [TestCase("SharedAccessSignature sr=a&sig=b&se=1&skn=c")]
    [TestCase("SharedAccessSignature sr=a&sig=%2B01cpOaT3Uowk%2FLz1BBRmURDe2nu40ET4ReMjJwBQDM%3D&se=-1&skn=c")]
    [TestCase("SharedAccessSignature sr=a&sig=%2B01cpOaT3Uowk%2FLz1BBRmURDe2nu40ET4ReMjJwBQDM%3D&se=99999999999999999999&skn=c")]
    [TestCase("SharedAccessSignature sr=a&sig=%2B01cpOaT3Uowk%2FLz1BBRmURDe2nu40ET4ReMjJwBQDM%3D&se=999999999999999&skn=c")]
    [TestCase("SharedAccessSignature sr=a&&se=1")]
    [TestCase("Bearer x")]
    public void Nonsense_is_refused(string token) => SharedAccessSignature.TryParse(token, out _).Should().BeFalse();

    [TestCase("sb://ns.host/", "amqps://ns.host/queue", true)]
    [TestCase("sb://ns.host", "amqps://ns.host/queue/$management", true)]
    [TestCase("amqps://NS.host/Queue/", "sb://ns.host:5671/queue", true)]
    [TestCase("http://ns.host/queue", "amqp://ns.host/queue/$management", true)]
    [TestCase("sb://ns.host/queue", "sb://ns.host/queue2", false)]
    [TestCase("sb://ns.host/queue/$management", "sb://ns.host/queue", false)]
    [TestCase("sb://ns.host/queue", "sb://ns.host2/queue", false)]
    [TestCase("sb://[::1]:5672/queue", "sb://[::1]/queue", true)]
    public void It_covers_its_resource_and_what_lies_below(string resource, string audience, bool covers)
    {
        var token = SharedAccessSignature.Create(resource, "rule", Key, DateTimeOffset.UnixEpoch.AddDays(30_000));
        SharedAccessSignature.TryParse(token, out var signature).Should().BeTrue();
        signature!.Covers(audience).Should().Be(covers);
    }
}

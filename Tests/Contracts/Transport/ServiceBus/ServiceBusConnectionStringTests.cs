using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Transport.ServiceBus;

internal sealed class ServiceBusConnectionStringTests
{
    private const string Secret = "c2VjcmV0LXNlY3JldA==";
    private const string Good = "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=relay;SharedAccessKey=" + Secret;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public void One_from_the_portal_is_read()
    {
        var read = ServiceBusConnectionString.Parse(Good + ";EntityPath=requests.default");

        read.Endpoint.Should().Be(new Uri("sb://ns.servicebus.windows.net/"));
        read.SharedAccessKeyName.Should().Be("relay");
        read.SharedAccessKey.Should().Be(Secret, "the padding belongs to the key");
        read.EntityPath.Should().Be("requests.default");
        read.UsesDevelopmentEmulator.Should().BeFalse();
        read.ToString().Should().Be("sb://ns.servicebus.windows.net/");
    }

    [TestCase("endpoint = sb://ns.example/ ; SHAREDACCESSKEYNAME = relay ; sharedaccesskey = key ;")]
    [TestCase("SharedAccessKey=key;SharedAccessKeyName=relay;;Endpoint=sb://ns.example")]
    public void Order_case_spaces_and_empty_parts_do_not_matter(string text)
    {
        var read = ServiceBusConnectionString.Parse(text);

        read.Endpoint.Host.Should().Be("ns.example");
        read.SharedAccessKey.Should().Be("key");
    }

    [TestCase(Good, "amqps", "ns.servicebus.windows.net", -1)]
    [TestCase("Endpoint=sb://ns.example:5679/;SharedAccessKeyName=a;SharedAccessKey=b", "amqps", "ns.example", 5679)]
    [TestCase("Endpoint=sb://localhost;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true", "amqp", "localhost", -1)]
    [TestCase("Endpoint=sb://127.0.0.1:5673;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=True", "amqp", "127.0.0.1", 5673)]
    public void It_says_where_and_how_to_connect(string text, string scheme, string host, int port)
    {
        var options = ServiceBusConnectionString.Parse(text).ToTransportOptions(_time);

        options.Endpoint.Scheme.Should().Be(scheme);
        options.Endpoint.Host.Should().Be(host);
        options.Endpoint.Port.Should().Be(port);
    }

    [Test]
    public async Task With_a_key_it_signs_tokens()
    {
        var provider = ServiceBusConnectionString.Parse(Good).ToTransportOptions(_time).TokenProvider!;

        var token = await provider.GetTokenAsync("amqps://ns.servicebus.windows.net/requests.default", CancellationToken.None);

        SharedAccessSignature.TryParse(token.Value, out var signature).Should().BeTrue();
        signature!.IsSignedWith(Secret).Should().BeTrue();
        signature.KeyName.Should().Be("relay");
    }

    [TestCase("Endpoint=sb://ns.example/;Authentication=ManagedIdentity")]
    [TestCase("Endpoint=sb://ns.example/;Authentication=Managed Identity")]
    public void Without_keys_it_asks_for_the_identity_of_where_it_runs(string text)
    {
        var read = ServiceBusConnectionString.Parse(text);

        read.UsesWorkloadIdentity.Should().BeTrue();
        read.ToTransportOptions(_time).TokenProvider.Should().BeOfType<WorkloadIdentityTokenProvider>();
    }

    [Test]
    public async Task With_a_signature_it_passes_that_on()
    {
        var expiry = _time.GetUtcNow().AddHours(1);
        var signature = SharedAccessSignature.Create("amqps://ns.example/", "relay", Secret, expiry);

        var provider = ServiceBusConnectionString.Parse("Endpoint=sb://ns.example/;SharedAccessSignature=" + signature).ToTransportOptions(_time).TokenProvider!;

        (await provider.GetTokenAsync("any", CancellationToken.None)).Should().Be(new BrokerToken(signature, BrokerTokenKind.SharedAccessSignature, expiry));
    }

    [TestCase("", "Endpoint is missing.", "SharedAccessKeyName and SharedAccessKey are missing, and there is no SharedAccessSignature.")]
    [TestCase("Endpoint=sb://ns.example/;SharedAccessKeyName=a", "SharedAccessKey is missing.")]
    [TestCase("Endpoint=sb://ns.example/;SharedAccessKey=a", "SharedAccessKeyName is missing.")]
    [TestCase("Endpoint=ns.example;SharedAccessKeyName=a;SharedAccessKey=b", "Endpoint must be a URI like sb://name.servicebus.windows.net/.")]
    [TestCase("Endpoint=https://ns.example/;SharedAccessKeyName=a;SharedAccessKey=b", "Endpoint must begin with sb://.")]
    [TestCase("Endpoint=sb://ns.example/queue;SharedAccessKeyName=a;SharedAccessKey=b", "Endpoint must not have a path; a queue is named by EntityPath.")]
    [TestCase("Endpoint=sb://u:p@ns.example/;SharedAccessKeyName=a;SharedAccessKey=b", "Endpoint must not hold a user or a password.")]
    [TestCase("Endpoint=sb://ns.example:0/;SharedAccessKeyName=a;SharedAccessKey=b", "Endpoint must not have port 0.")]
    [TestCase(Good + ";UseDevelopmentEmulator=yes", "UseDevelopmentEmulator must be true or false.")]
    [TestCase(Good + ";EntityPath=", "EntityPath must have 1 to 260 characters.")]
    [TestCase(Good + ";SharedAccessKeyName=again", "SharedAccessKeyName is there twice.")]
    [TestCase(Good + ";" + Secret + "x", "Part 4 is none of Endpoint, SharedAccessKeyName, SharedAccessKey, SharedAccessSignature, EntityPath, UseDevelopmentEmulator, Authentication.")]
    [TestCase(Good + ";Authentication=ManagedIdentity", "Authentication=ManagedIdentity replaces keys and signatures: only one way to sign in can be given.")]
    [TestCase("Endpoint=sb://ns.example/;Authentication=Password", "Authentication must be ManagedIdentity, or be left out where there is a key.")]
    [TestCase(Good + ";nonsense", "Part 4 has no '='.")]
    [TestCase("Endpoint=sb://ns.example/;SharedAccessSignature=sr=x", "SharedAccessSignature must look like 'SharedAccessSignature sr=…&sig=…&se=…&skn=…'.")]
    public void Every_mistake_is_named(string text, params string[] expected)
    {
        ServiceBusConnectionString.TryParse(text, out var read, out var mistakes).Should().BeFalse();

        read.Should().BeNull();
        mistakes.Should().Equal(expected);
    }

    [Test]
    public void Several_mistakes_are_named_at_once_and_no_secret_is()
    {
        var read = () => ServiceBusConnectionString.Parse($"Endpoint=http://user:{Secret}@ns.example/;SharedAccessKey={Secret};{Secret};SharedAccessSignature={Secret}");

        var message = read.Should().Throw<FormatException>().Which.Message;

        message.Should().Contain("sb://").And.Contain("user").And.Contain("Part 3").And.Contain("only one way").And.Contain("must look like");
        message.Should().NotContain(Secret.TrimEnd('='));
    }
}

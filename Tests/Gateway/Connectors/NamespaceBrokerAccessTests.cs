using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Tokens;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

[TestFixture]
public sealed class NamespaceBrokerAccessTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public void Each_entity_has_a_token_of_its_own_rule()
    {
        var answer = Access().Grant(Connector("berlin"));

        answer.Endpoint.Should().Be("amqps://ns.servicebus.windows.net/");
        answer.Kind.Should().Be(BrokerTokenKind.SharedAccessSignature);
        answer.Tokens.Keys.Should().BeEquivalentTo("requests.berlin", "uplinks.berlin", "replies.berlin");
        foreach (var (entity, key) in (ReadOnlySpan<(string, string)>)[("requests.berlin", "one"), ("uplinks.berlin", "two"), ("replies.berlin", "three")])
        {
            SharedAccessSignature.TryParse(answer.Tokens[entity], out var token).Should().BeTrue();
            token!.IsSignedWith(key).Should().BeTrue();
            token.KeyName.Should().Be("connector");
            token.ExpiresAt.Should().Be(_time.GetUtcNow().AddMinutes(5));
            token.Covers("amqps://ns.servicebus.windows.net/" + entity).Should().BeTrue();
            token.Covers("amqps://ns.servicebus.windows.net/requests.other").Should().BeFalse();
        }
    }

    [Test]
    public void A_group_without_rules_is_told()
        => FluentActions.Invoking(() => Access().Grant(Connector("paris"))).Should().Throw<CallRefusedException>().WithMessage("*Gateway:ServiceBusRules:paris*").Which.Fault.Should().Be(CallFault.NotAvailable);

    [Test]
    public void Where_the_gateway_has_an_identity_there_connectors_have_their_own()
    {
        var answer = new NamespaceBrokerAccess(new Uri("amqps://ns.servicebus.windows.net"), new Dictionary<string, GroupRuleOptions>(), _time, usesWorkloadIdentity: true).Grant(Connector("paris"));

        answer.IsOwnIdentity.Should().BeTrue();
        answer.Endpoint.Should().Be("amqps://ns.servicebus.windows.net/");
        answer.Tokens.Should().BeEmpty();
    }

    private NamespaceBrokerAccess Access() => new(
        new Uri("amqps://ns.servicebus.windows.net"),
        new Dictionary<string, GroupRuleOptions> { ["berlin"] = new() { RequestsKey = "one", UplinksKey = "two", RepliesKey = "three" } },
        _time);

    private static ConnectorRecord Connector(string group) => new()
    {
        Id = "id",
        Name = "name",
        Group = group,
        Key = new PublicPoint("", ""),
        EnrolledWith = "",
        EnrolledAt = default,
    };
}

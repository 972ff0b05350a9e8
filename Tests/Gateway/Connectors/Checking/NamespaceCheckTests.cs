using System.Text.Json.Nodes;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Connectors.Checking;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Publishing;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors.Checking;

/// <summary>A namespace with one thing wrong at a time.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(60_000)]
internal sealed class NamespaceCheckTests : IAsyncDisposable
{
    private readonly CheckedNamespace _namespace = new();

    public ValueTask DisposeAsync() => _namespace.DisposeAsync();

    [Test]
    public async Task A_namespace_that_is_well_is_told_in_every_step(CancellationToken cancellation)
    {
        var report = await _namespace.CheckAsync(cancellation);

        report.Steps.Select(static step => (step.Step, step.State)).Should().Equal(
            ("reach", StepState.Ok), ("sign-in", StepState.Ok), ("rules default", StepState.Ok), ("requests.default", StepState.Ok), ("uplinks.default", StepState.Ok),
            ("replies.default", StepState.Ok), ("sealing default", StepState.Ok), ("round trip default", StepState.Ok));
        report.Milliseconds.Connection.Should().BePositive();
        report.Milliseconds.RoundTrip["default"].Should().BePositive();
        var json = JsonNode.Parse(report.ToJson())!;
        json["isWell"]!.GetValue<bool>().Should().BeTrue();
        json["steps"]![0]!["state"]!.GetValue<string>().Should().Be("ok");
        json["milliseconds"]!["roundTrip"]!["default"]!.GetValue<double>().Should().BePositive();
        var text = Write(report);
        text.Should().Contain("requests.default (Listen), uplinks.default (Listen), replies.default (Send), and nothing else").And.MatchRegex(@"round trip default [\d.]+ ms").And.EndWith("Well.\n");
        (text + report.ToJson()).Should().NotContain("only known here");
    }

    [Test]
    public async Task A_wrong_key_of_the_gateway(CancellationToken cancellation)
    {
        _namespace.Credentials = "SharedAccessKeyName=gateway;SharedAccessKey=another";

        var report = await _namespace.CheckAsync(cancellation);

        Expect(report, "sign-in", StepState.Failed).Text.Should().StartWith("The key of rule 'gateway' is refused: The broker refused the token for requests.default (401): ");
        Expect(report, "rules default", StepState.Ok);
        Expect(report, "queues default", StepState.NotTested);
        Write(report).Should().EndWith("1 failed; 1 not tested.\n");
    }

    [Test]
    public async Task A_wrong_key_for_connectors(CancellationToken cancellation)
    {
        _namespace.Settings["default"].UplinksKey = "another";

        var report = await _namespace.CheckAsync(cancellation);

        var step = Expect(report, "rules default", StepState.Failed);
        step.Text.Should().Contain("Gateway:ServiceBusRules:default:UplinksKey is refused for Listen on uplinks.default");
        step.Advice.Should().Contain("Copy the key once more");
        Expect(report, "round trip default", StepState.NotTested);
    }

    [TestCase("requests.default", "--enable-session false")]
    [TestCase("uplinks.default", "--enable-session true")]
    [TestCase("replies.default", "--enable-session true")]
    public async Task A_queue_that_is_missing(string queue, string advice, CancellationToken cancellation)
    {
        _namespace.Queues.Remove(queue);

        var report = await _namespace.CheckAsync(cancellation);

        var step = Expect(report, queue, StepState.Failed);
        step.Text.Should().Be("There is no such queue.");
        step.Advice.Should().Contain(advice);
        report.Steps.Should().ContainSingle(static other => other.State == StepState.Failed);
    }

    [TestCase("requests.default", true, "It requires sessions")]
    [TestCase("uplinks.default", false, "It has no sessions")]
    [TestCase("replies.default", false, "It has no sessions")]
    public async Task A_queue_with_sessions_wrong(string queue, bool hasSessions, string because, CancellationToken cancellation)
    {
        _namespace.Queues[queue] = new QueueOptions { Name = queue, RequiresSession = hasSessions };

        var report = await _namespace.CheckAsync(cancellation);

        Expect(report, queue, StepState.Failed).Text.Should().StartWith(because);
        Expect(report, "round trip default", StepState.NotTested);
    }

    [Test]
    public async Task A_queue_that_takes_small_messages_only(CancellationToken cancellation)
    {
        _namespace.Queues["uplinks.default"] = new QueueOptions { Name = "uplinks.default", RequiresSession = true, MaxMessageSizeInBytes = 64 * 1024 };

        var report = await _namespace.CheckAsync(cancellation);

        Expect(report, "uplinks.default", StepState.Failed).Text.Should().Contain("messages of 63 KB");
    }

    [TestCase("requests.default", "gives Send on requests.default too")]
    [TestCase("uplinks.default", "gives Send on uplinks.default too")]
    [TestCase("replies.default", "gives Listen on replies.default too")]
    public async Task A_rule_with_too_many_rights(string queue, string because, CancellationToken cancellation)
    {
        var rule = _namespace.Rules[1];
        _namespace.Rules[1] = rule with { Grants = [.. rule.Grants.Where(grant => grant.Entity != queue), new EntityGrant(queue, EntityClaims.Send | EntityClaims.Listen)] };

        var report = await _namespace.CheckAsync(cancellation);

        Expect(report, "rules default", StepState.Failed).Text.Should().Contain(because);
        Expect(report, "round trip default", StepState.Ok);
    }

    [Test]
    public async Task A_rule_of_the_namespace_in_place_of_one_on_a_queue(CancellationToken cancellation)
    {
        _namespace.Queues["requests.other"] = new QueueOptions { Name = "requests.other" };
        _namespace.Rules.Add(CheckedNamespace.Rule("wide", "w", new EntityGrant("", EntityClaims.Listen)));
        _namespace.Settings["other"] = new GroupRuleOptions { KeyName = "wide", RequestsKey = "w", UplinksKey = "w", RepliesKey = "w" };

        var report = await _namespace.CheckAsync(cancellation, static options => options with { Groups = ["other"] });

        report.Steps.Should().Contain(static step => step.Step == "rules other" && step.State == StepState.Failed && step.Text.Contains("RequestsKey opens requests.default too (Listen)"));
        report.Steps.Should().Contain(static step => step.Text.Contains("RepliesKey is refused for Send on replies.other"));
    }

    [Test]
    public async Task A_namespace_without_local_authentication_and_a_gateway_with_a_key(CancellationToken cancellation)
    {
        _namespace.IsLocalAuthenticationOff = true;

        var report = await _namespace.CheckAsync(cancellation, static options => options with { Identity = static () => new CheckedNamespace.Identity() });

        var step = Expect(report, "sign-in", StepState.Failed);
        step.Text.Should().StartWith("Local authentication is off in the namespace");
        step.Advice.Should().Contain("Authentication=ManagedIdentity").And.Contain("identities of their own");
    }

    [Test]
    public async Task A_namespace_without_local_authentication_where_all_have_identities(CancellationToken cancellation)
    {
        _namespace.IsLocalAuthenticationOff = true;
        _namespace.Credentials = "Authentication=ManagedIdentity";
        _namespace.Settings["default"] = new GroupRuleOptions { SealingKey = GroupSecret.Create().Reveal() };

        var report = await _namespace.CheckAsync(cancellation);

        report.IsWell.Should().BeTrue();
        Expect(report, "sign-in", StepState.Ok).Text.Should().Contain("identity that this machine has");
        var step = Expect(report, "rules default", StepState.NotTested);
        step.Text.Should().Contain("sign in with identities of their own");
        step.Advice.Should().Contain("Data Receiver on requests.default and uplinks.default").And.Contain("Data Sender on replies.default");
        Expect(report, "round trip default", StepState.Ok);
        Write(report).Should().NotContain(CheckedNamespace.EntraToken);
    }

    [Test]
    public async Task A_namespace_without_local_authentication_and_keys_for_connectors(CancellationToken cancellation)
    {
        _namespace.IsLocalAuthenticationOff = true;
        _namespace.Credentials = "Authentication=ManagedIdentity";

        var report = await _namespace.CheckAsync(cancellation);

        report.Steps.Where(static step => step.State == StepState.Failed).Should().HaveCount(3)
            .And.OnlyContain(static step => step.Step == "rules default" && step.Advice!.Contains("leave the keys out"));
    }

    [Test]
    public async Task A_gateway_with_no_more_than_it_needs_where_connectors_have_a_connection_string(CancellationToken cancellation)
    {
        _namespace.Settings["default"] = new GroupRuleOptions { SealingKey = GroupSecret.Create().Reveal() };

        var report = await _namespace.CheckAsync(cancellation);

        report.IsWell.Should().BeTrue();
        report.Steps.Where(static step => step.State == StepState.NotTested).Select(static step => step.Step)
            .Should().Equal("rules default", "requests.default", "uplinks.default", "round trip default");
    }

    [Test]
    public async Task A_gateway_that_may_not_use_a_queue(CancellationToken cancellation)
    {
        var rule = _namespace.Rules[0];
        _namespace.Rules[0] = rule with { Grants = [.. rule.Grants.Where(static grant => grant.Entity != "uplinks.default")] };

        var report = await _namespace.CheckAsync(cancellation);

        Expect(report, "uplinks.default", StepState.Failed).Advice.Should().Be("Give the rule or the identity of Gateway:ServiceBus Send on uplinks.default.");
        Expect(report, "requests.default", StepState.Ok);
    }

    [Test]
    public async Task A_group_without_rules(CancellationToken cancellation)
    {
        _namespace.Settings.Clear();

        var report = await _namespace.CheckAsync(cancellation, static options => options with { StoredKeys = static _ => Task.FromResult<IReadOnlyList<GroupKey>>([]) });

        Expect(report, "rules default", StepState.Warning).Text.Should().Contain("connectors that enrol get no tokens");
        Expect(report, "sealing default", StepState.Ok).Text.Should().Contain("draws the group's key");
    }

    [Test]
    public async Task A_group_without_a_key_to_seal_with(CancellationToken cancellation)
    {
        _namespace.Settings["default"].SealingKey = null;

        var report = await _namespace.CheckAsync(cancellation);

        Expect(report, "sealing default", StepState.Failed).Advice.Should().Contain("Gateway:ServiceBusRules:default:SealingKey");
        Expect(report, "round trip default", StepState.NotTested);
    }

    [Test]
    public async Task A_group_whose_key_is_in_the_store(CancellationToken cancellation)
    {
        _namespace.Settings["default"].SealingKey = null;
        var key = new GroupKey("DEFAULT", 2, GroupSecret.Create(), TimeProvider.System.GetUtcNow().AddHours(-1), null);
        var old = new GroupKey("default", 1, GroupSecret.Create(), key.SealsFrom.AddHours(-1), null);
        var next = new GroupKey("default", 3, GroupSecret.Create(), TimeProvider.System.GetUtcNow().AddHours(1), null);

        var report = await _namespace.CheckAsync(cancellation, options => options with { StoredKeys = _ => Task.FromResult<IReadOnlyList<GroupKey>>([key, old, next]) });

        Expect(report, "sealing default", StepState.Ok).Text.Should().Contain($"key {key.Secret}, since");
        Expect(report, "round trip default", StepState.Ok);
    }

    [Test]
    public async Task A_namespace_with_a_certificate_that_nobody_trusts(CancellationToken cancellation)
    {
        using var authority = new TestAuthority("Nobody's");
        using var certificate = authority.Issue("127.0.0.1");
        _namespace.Certificate = certificate;

        var report = await _namespace.CheckAsync(cancellation);

        report.Steps.Should().ContainSingle().Which.Text.Should().MatchRegex(@"^127\.0\.0\.1:\d+ makes no TLS connection: ");
        report.IsWell.Should().BeFalse();
    }

    [Test]
    public async Task A_namespace_that_is_not_reached(CancellationToken cancellation)
    {
        var report = await _namespace.CheckAsync(
            cancellation, static options => options with { Transport = options.Transport with { Endpoint = new Uri($"amqp://127.0.0.1:{LoopbackPort.Take()}") } });

        report.Steps.Should().ContainSingle().Which.Text.Should().MatchRegex(@"^127\.0\.0\.1:\d+ cannot be reached: ");
    }

    private static TestStep Expect(BrokerReport report, string name, StepState state)
    {
        var step = report.Steps.Should().ContainSingle(step => step.Step == name, Write(report)).Which;
        step.State.Should().Be(state, Write(report));
        return step;
    }

    private static string Write(BrokerReport report)
    {
        using var text = new StringWriter { NewLine = "\n" };
        report.Write(text);
        return text.ToString();
    }
}

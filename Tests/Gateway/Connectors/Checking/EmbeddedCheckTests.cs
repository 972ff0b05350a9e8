using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Connectors.Checking;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Hosting;
using AppProxy.Gateway.Publishing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors.Checking;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class EmbeddedCheckTests
{
    private const string Key = "a key that only this test knows, and nobody else";

    [Test]
    public async Task A_key_opens_its_group_both_ways_in([Values] bool isWebSocket, CancellationToken cancellation)
    {
        await using var broker = await StartAsync(cancellation);

        var report = await CheckAsync(isWebSocket ? broker.WebSocket : broker.Tcp, Key, cancellation);

        report.IsWell.Should().BeTrue();
        report.Steps.Select(static step => (step.Step, step.State)).Should().Equal(("broker", StepState.Ok), ("reach", StepState.Ok), ("key site", StepState.Ok), ("enrolled", StepState.Ok));
        report.ToJson().Should().NotContain(Key);
    }

    [Test]
    public async Task A_key_that_the_gateway_does_not_know_is_told(CancellationToken cancellation)
    {
        await using var broker = await StartAsync(cancellation);

        var report = await CheckAsync(broker.Tcp, "another", cancellation);

        report.IsWell.Should().BeFalse();
        report.Steps.Where(static step => step.State == StepState.Failed).Should().HaveCount(3).And.OnlyContain(static step => step.Step == "key site" && step.Advice!.Contains("restart it"));
    }

    [Test]
    public async Task A_gateway_that_does_not_run_is_told(CancellationToken cancellation)
    {
        var report = await CheckAsync(new Uri($"ws://127.0.0.1:{LoopbackPort.Take()}"), Key, cancellation);

        report.Steps.Should().ContainSingle(static step => step.State == StepState.Failed).Which.Text.Should().StartWith("No broker answers there");
    }

    [Test]
    public async Task Where_the_gateway_is_must_be_known(CancellationToken cancellation)
    {
        var report = await CheckAsync(null, Key, cancellation);

        report.IsWell.Should().BeTrue();
        report.Steps.Should().ContainSingle(static step => step.State == StepState.NotTested).Which.Advice.Should().Contain("--gateway");
    }

    private static async Task<BrokerServer> StartAsync(CancellationToken cancellation)
    {
        var broker = await BrokerServer.StartAsync(
            static options => options.AuthorizationRules.Add(ConnectorRules.For("site", new ConnectorKeyOptions { Group = "default", Key = Key })), TimeProvider.System, cancellation);
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Requests("default") });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Replies("default"), RequiresSession = true });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Uplinks("default"), RequiresSession = true });
        return broker;
    }

    private static Task<BrokerReport> CheckAsync(Uri? endpoint, string key, CancellationToken cancellation) => new EmbeddedCheck(new EmbeddedCheckOptions
    {
        Transport = endpoint is null ? null : new AmqpTransportOptions { Endpoint = endpoint },
        Keys = [QueueKey.Of("site", "default", key)],
        Time = TimeProvider.System,
    }).RunAsync(cancellation);
}

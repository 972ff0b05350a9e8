using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>A broker delivers at least once: it may hand a request to somebody else while it runs already.</summary>
public sealed class A_request_is_delivered_twice : PromiseTest, IDisposable
{
    /// <summary>More than how long the broker keeps a request locked (Gateway/Hosting/EmbeddedBroker.cs), less than it waits for a connector.</summary>
    private static readonly TimeSpan LockIsOver = TimeSpan.FromSeconds(11);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly FakeTimeProvider _brokerTime = new();

    // Stands still: the 20 ms never pass after which a connector would say what it runs, and with that settle the request.
    private readonly FakeTimeProvider _connectorTime = new();
    private ITimer? _end;

    /// <summary>A connector that stops gives its last frames some time to go, and that must pass.</summary>
    [TearDown]
    public void LetTimePass() => LetTimePass(TimeSpan.FromSeconds(1));

    public void Dispose() => _end?.Dispose();

    [Test, CancelAfter(Guard)]
    public async Task One_answer_comes_and_nothing_of_the_other([Values] bool lockLost, [Values] bool firstRunWins, [Values] bool hasOtherConnector, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation, options =>
        {
            options.Transport = TestTransport.InProcess;
            options.Time = _brokerTime;
            options.ConnectorTime = _connectorTime;
        });

        // The queues are there then. A connector that found none would try again later, and there is no later.
        await Log.WaitForAsync(static entry => entry.EventId == 1001 && entry.Text.StartsWith("gateway", StringComparison.Ordinal), cancellation);
        using var client = proxy.CreateClient("app");
        var first = await proxy.StartConnectorAsync(null, cancellation);
        var pending = client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        var runs = new List<HeldRun> { await App.NextAsync(cancellation) };
        if (hasOtherConnector)
        {
            await proxy.StartConnectorAsync(null, cancellation);
        }

        if (lockLost)
        {
            _brokerTime.Advance(LockIsOver);
        }
        else
        {
            first.DropConnection();
        }

        runs.Add(await App.NextAsync(cancellation));
        var (winner, loser) = firstRunWins ? (runs[0], runs[1]) : (runs[1], runs[0]);
        await winner.WriteAsync("one ");
        using var answer = await pending;

        // Nobody has named itself yet: the gateway hears of this run only now.
        await loser.WriteAsync("other ");
        await loser.WaitForAbortAsync(cancellation);
        await winner.WriteAsync("and the same ");
        await winner.AnswerAsync("answer");

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("one and the same answer");
        App.Count.Should().Be(2);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_connector_that_gets_back_what_it_runs_does_not_run_it_again([Values] bool isOver, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation, options =>
        {
            options.Transport = TestTransport.InProcess;
            options.ConnectorTime = _connectorTime;
        });
        await Log.WaitForAsync(static entry => entry.EventId == 1001 && entry.Text.StartsWith("gateway", StringComparison.Ordinal), cancellation);
        using var client = proxy.CreateClient("app");
        var connector = await proxy.StartConnectorAsync(null, cancellation);
        var ended = Use(MeteredTally.EndedExchanges(connector.Services));
        var pending = client.GetAsync("/", cancellation);
        var run = await App.NextAsync(cancellation);

        // The broker has the request back at once; the connector names itself as its runner, which nobody can hear yet.
        connector.Disconnect();
        _connectorTime.Advance(TimeSpan.FromMilliseconds(30));
        if (isOver)
        {
            await run.AnswerAsync("once");
            await ended.WaitForAsync(1, cancellation);
        }

        connector.Reconnect();
        LetTimePass(Tick);
        await WaitUntilSettledAsync(proxy, cancellation);

        // Requests are handed out in order: when this one runs, the other was dealt with.
        var after = client.GetAsync("/after", cancellation);
        var next = await App.NextAsync(cancellation);
        next.Path.Should().Be("/after");
        await next.AnswerAsync("too");
        await ShouldBeAsync(after, "too", cancellation);
        if (!isOver)
        {
            await run.AnswerAsync("once");
        }

        await ShouldBeAsync(pending, "once", cancellation);
        App.Count.Should().Be(2);
    }

    /// <summary>Polled: a connector settles what came twice with its next beat, which is no event for anybody.</summary>
    private static async Task WaitUntilSettledAsync(TestEnvironment proxy, CancellationToken cancellationToken)
    {
        proxy.GatewayServices.GetRequiredService<QueueEngine>().TryFind(EntityNames.Requests("default"), out var requests).Should().BeTrue();
        while (requests!.GetCounts() is { Active: > 0 } or { Locked: > 0 })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }

        requests.GetCounts().DeadLettered.Should().Be(0);
    }

    private void LetTimePass(TimeSpan tick)
    {
        _end?.Dispose();
        _end = TimeProvider.System.CreateTimer(_ => _connectorTime.Advance(tick), null, TimeSpan.Zero, Tick);
    }
}

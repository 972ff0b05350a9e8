using AppProxy.Testing;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>A broker delivers at least once: it may hand a request to somebody else while it runs already.</summary>
public sealed class A_request_is_delivered_twice : PromiseTest
{
    /// <summary>More than how long the broker keeps a request locked (Gateway/Hosting/EmbeddedBroker.cs), less than it waits for a connector.</summary>
    private static readonly TimeSpan LockIsOver = TimeSpan.FromSeconds(11);

    [Test, CancelAfter(Guard)]
    public async Task One_answer_comes_and_nothing_of_the_other([Values] bool lockLost, [Values] bool firstRunWins, [Values] bool isOtherConnector, CancellationToken cancellation)
    {
        var brokerTime = new FakeTimeProvider();
        var proxy = await StartWithoutConnectorAsync(cancellation, options =>
        {
            options.Transport = TestTransport.InProcess;
            options.Time = brokerTime;

            // Stands still: the 20 ms never pass after which a connector would say what it runs, and with that settle the request.
            options.ConnectorTime = new FakeTimeProvider();
        });

        // The queues are there then. A connector that found none would try again later, and there is no later.
        await Log.WaitForAsync(static entry => entry.EventId == 1001 && entry.Text.StartsWith("gateway", StringComparison.Ordinal), cancellation);
        using var client = proxy.CreateClient("app");
        var first = await proxy.StartConnectorAsync(null, cancellation);
        var pending = client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        var runs = new List<HeldRun> { await App.NextAsync(cancellation) };
        if (isOtherConnector)
        {
            await proxy.StartConnectorAsync(null, cancellation);
        }

        if (lockLost)
        {
            brokerTime.Advance(LockIsOver);
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
}

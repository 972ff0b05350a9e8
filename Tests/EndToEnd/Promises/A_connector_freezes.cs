using System.Net;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

[Platform(Exclude = "Win", Reason = "Signals of POSIX.")]
public sealed class A_connector_freezes : PromiseTest
{
    [Test, CancelAfter(Guard)]
    public async Task Another_one_answers_and_what_comes_too_late_harms_nothing([Values(1, 32)] int clients, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation);
        using var client = proxy.CreateClient("app");
        var frozen = await StartProcessAsync(proxy, cancellation);
        var pending = Enumerable.Range(0, clients).Select(_ => client.GetAsync("/", cancellation)).ToArray();
        var early = await App.NextAsync(clients, cancellation);
        var other = await proxy.StartConnectorAsync(null, cancellation);
        await WaitUntilTakenAsync(proxy, clients, cancellation);

        var stopped = TimeProvider.System.GetTimestamp();
        await frozen.FreezeAsync();
        using var testOver = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var answering = AnswerAllAsync(testOver.Token);
        foreach (var answer in pending)
        {
            await ShouldBeAsync(answer, "/", cancellation);
        }

        var elapsed = TimeProvider.System.GetElapsedTime(stopped);

        foreach (var run in early)
        {
            await run.AnswerAsync("too late");
        }

        await frozen.ThawAsync();
        await other.StopAsync(cancellation);
        for (var i = 0; i < 3; i++)
        {
            await ShouldBeAsync(client.GetAsync("/after", cancellation), "/after", cancellation);
        }

        await testOver.CancelAsync();
        await answering;

        // Lost after 2.5 s, and what it held of the broker with it.
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Test, CancelAfter(Guard)]
    public async Task What_may_not_run_twice_ends_with_502_and_is_never_run_again(CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation);
        using var client = proxy.CreateClient("app");
        var frozen = await StartProcessAsync(proxy, cancellation);
        var pending = client.PostAsync("/", new StringContent("an order"), cancellation);
        var early = await App.NextAsync(cancellation);
        var stopped = TimeProvider.System.GetTimestamp();
        await frozen.FreezeAsync();
        using var answer = await pending;
        var elapsed = TimeProvider.System.GetElapsedTime(stopped);

        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("connector-lost");
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(4));
        await early.AnswerAsync("too late");
        await frozen.ThawAsync();
        var next = client.GetAsync("/after", cancellation);
        var run = await App.NextAsync(cancellation);
        run.Path.Should().Be("/after");
        await run.AnswerAsync("served");
        await ShouldBeAsync(next, "served", cancellation);
        App.Count.Should().Be(2);
    }
}

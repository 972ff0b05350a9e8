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
        frozen.Signal("STOP");
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

        frozen.Signal("CONT");
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
        frozen.Signal("STOP");
        await ShouldBeLostAsync(pending, cancellation);
        TimeProvider.System.GetElapsedTime(stopped).Should().BeLessThan(LossIsNoticed);
        await early.AnswerAsync("too late");
        frozen.Signal("CONT");
        await OnlyTheNextIsServedAsync(client, cancellation);
        App.Count.Should().Be(4);
    }

    [Test, CancelAfter(ProcessGuard)]
    public async Task What_it_was_given_is_done_by_another(CancellationToken cancellation)
    {
        const int requests = 20;
        var counting = new CountingApp();
        var proxy = await StartWithoutConnectorAsync(cancellation, options => options.Publish("counting", counting.HandleAsync));
        var frozen = await StartProcessAsync(proxy, cancellation);
        await StartProcessAsync(proxy, cancellation);
        using var client = proxy.CreateClient("counting");
        frozen.Signal("STOP");

        // It has credit, so the broker gives it its share.
        await Task.WhenAll(Enumerable.Range(0, requests).Select(i => i % 2 == 0
            ? ShouldBeAsync(client.GetAsync($"/{i}", cancellation), $"GET/{i}", cancellation)
            : ShouldBeAsync(client.PostAsync($"/{i}", new StringContent("an order"), cancellation), $"POST/{i}", cancellation)));

        frozen.Signal("CONT");
        await ShouldBeAsync(client.GetAsync("/after", cancellation), "GET/after", cancellation);
        counting.ShouldHaveRun(requests + 1);
    }

    [Test, CancelAfter(ProcessGuard)]
    public async Task What_it_finds_too_late_never_starts([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation, static options => options.Relay["waitForConnector"] = "00:00:01");
        var frozen = await StartProcessAsync(proxy, cancellation);
        using var client = proxy.CreateClient("app");
        await OnlyTheNextIsServedAsync(client, cancellation);
        frozen.Signal("STOP");

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("no-connector");
        frozen.Signal("CONT");
        await OnlyTheNextIsServedAsync(client, cancellation);
    }
}

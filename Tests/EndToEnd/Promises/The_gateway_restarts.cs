using System.Net;
using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

public sealed class The_gateway_restarts : PromiseTest
{
    [Test, CancelAfter(Guard)]
    public async Task Connectors_are_back_within_seconds_and_what_ran_is_cancelled(
        [Values] bool inProcesses, [Values(TestTransport.Amqp, TestTransport.WebSocket)] TestTransport transport, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(
            cancellation,
            options =>
            {
                options.Transport = transport;
                options.GatewaySettings["shutdownTimeoutSeconds"] = "5";
            });
        using var client = proxy.CreateClient("app");
        if (inProcesses)
        {
            await StartProcessAsync(proxy, cancellation);
        }
        else
        {
            await proxy.StartConnectorAsync(null, cancellation);
        }

        var pending = new[] { client.GetAsync("/", cancellation), client.PostAsync("/", new StringContent("an order"), cancellation) };
        var runs = await App.NextAsync(pending.Length, cancellation);

        await proxy.StopGatewayAsync(cancellation);

        foreach (var exchange in pending)
        {
            await ShouldEndWithAnErrorAsync(exchange);
        }

        foreach (var run in runs)
        {
            await run.WaitForAbortAsync(cancellation);
        }

        var restarted = TimeProvider.System.GetTimestamp();
        await proxy.StartGatewayAgainAsync(cancellation);
        var next = client.PostAsync("/after", new StringContent("another order"), cancellation);
        var nextRun = await App.NextAsync(cancellation);
        nextRun.Path.Should().Be("/after");
        await nextRun.AnswerAsync("served");
        await ShouldBeAsync(next, "served", cancellation);
        TimeProvider.System.GetElapsedTime(restarted).Should().BeLessThan(TimeSpan.FromSeconds(8));
        App.Count.Should().Be(3);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_answer_that_was_begun_breaks_off_when_its_time_is_over(CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation);
        await proxy.StartConnectorAsync(null, cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        var run = await App.NextAsync(cancellation);
        await run.WriteAsync("a part");
        using var answer = await asking;
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);

        await proxy.StopGatewayAsync(hurry.Token);

        var reading = async () => await answer.Content.ReadAsStringAsync(cancellation);
        await reading.Should().ThrowAsync<HttpRequestException>("a part must never be taken for the whole");
        await run.WaitForAbortAsync(cancellation);
    }

    private static async Task ShouldEndWithAnErrorAsync(Task<HttpResponseMessage> exchange)
    {
        try
        {
            using var answer = await exchange;
            answer.StatusCode.Should().BeOneOf(HttpStatusCode.ServiceUnavailable, HttpStatusCode.BadGateway);
        }
        catch (HttpRequestException)
        {
            // Its connection was cut: a clear error too.
        }
    }
}

using System.Net;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

public sealed class The_gateway_stops : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task What_runs_is_finished_and_nothing_new_is_begun([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var called = new Signal();
        var mayAnswer = new Signal();
        var proxy = await StartAsync(
            o => o.Publish("app", async c =>
            {
                called.Set();
                await mayAnswer.WaitAsync(c.RequestAborted);
                await c.Response.WriteAsync("finished", c.RequestAborted);
            }),
            cancellation);
        using var client = proxy.CreateClient("app");
        var running = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), cancellation);
        await called.WaitAsync(cancellation);

        var stopping = proxy.StopGatewayAsync(cancellation);
        using (var refused = await FirstRefusalAsync(client, cancellation))
        {
            refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            refused.Headers.GetValues("AppProxy-Error").Should().Equal("gateway-shutdown");
            refused.Headers.RetryAfter.Should().NotBeNull();
        }

        stopping.IsCompleted.Should().BeFalse();
        mayAnswer.Set();
        using var answer = await running;
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("finished");
        await stopping;
    }

    /// <summary>A stop begins on a thread of its own: what comes before is let in, to be told when the app is let go.</summary>
    private static async Task<HttpResponseMessage> FirstRefusalAsync(HttpClient client, CancellationToken cancellation)
    {
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var asking = client.GetAsync("/late", patience.Token);
            patience.CancelAfter(TimeSpan.FromMilliseconds(500));
            try
            {
                return await asking;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // It was let in, and is cancelled with its client.
            }
        }
    }
}

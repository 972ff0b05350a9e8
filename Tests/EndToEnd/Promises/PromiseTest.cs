using System.Net;
using AppProxy.Gateway.Relay;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>What the tests of the promises have in common: an app that holds its answers, and what the gateway knows of its exchanges.</summary>
public abstract class PromiseTest : EndToEndTest
{
    /// <summary>For tests that start several processes one after another.</summary>
    protected const int ProcessGuard = 90_000;

    /// <summary>
    /// A lost peer is noticed after two and a half beats of a second (DESIGN.md section 5), by a sweep each quarter of a second; the rest is for a
    /// machine that builds and tests besides.
    /// </summary>
    protected static readonly TimeSpan LossIsNoticed = TimeSpan.FromSeconds(3.5);

    private protected HeldApp App { get; } = new();

    /// <summary>Starts a gateway with <see cref="App"/> as "app" and without connectors.</summary>
    protected Task<TestEnvironment> StartWithoutConnectorAsync(CancellationToken cancellationToken, Action<TestEnvironmentOptions>? configure = null) => StartAsync(
        options =>
        {
            options.Connectors = 0;
            options.Publish("app", App.HandleAsync);
            configure?.Invoke(options);
        },
        cancellationToken);

    /// <summary>Starts one more connector as a process, which can be killed and frozen.</summary>
    private protected async Task<RunningProgram> StartProcessAsync(TestEnvironment proxy, CancellationToken cancellationToken) =>
        Use(await ProductPrograms.StartConnectorAsync(proxy.GetConnectorSettings(), cancellationToken));

    /// <summary>Waits until the gateway knows which connector runs each of <paramref name="count"/> exchanges.</summary>
    protected static async Task WaitUntilTakenAsync(TestEnvironment proxy, int count, CancellationToken cancellationToken)
    {
        // Polled: that a claim has come is nothing that the gateway logs or counts, and it needs no event but for this.
        var groups = proxy.GatewayServices.GetRequiredService<GroupRelays>();
        while (groups.All.SelectMany(static group => group.Exchanges).Count(static exchange => exchange.IsTaken) != count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    protected static async Task ShouldBeAsync(Task<HttpResponseMessage> pending, string text, CancellationToken cancellationToken)
    {
        using var answer = await pending.WaitAsync(cancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(cancellationToken)).Should().Be(text);
    }

    /// <summary>The exchange ended because its connector was lost, and says so.</summary>
    protected static async Task ShouldBeLostAsync(Task<HttpResponseMessage> pending, CancellationToken cancellationToken)
    {
        using var answer = await pending.WaitAsync(cancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("connector-lost");
    }

    /// <summary>The next request that reaches the app is a new one: had an earlier one been started too, the app would have seen it before.</summary>
    private protected async Task OnlyTheNextIsServedAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var before = App.Count;
        for (var i = 1; i <= 3; i++)
        {
            var next = client.PostAsync("/next", new StringContent("another order"), cancellationToken);
            var running = App.NextAsync(cancellationToken).AsTask();
            if (await Task.WhenAny(running, next) == next)
            {
                Assert.Fail($"Not the app answered: {await next}");
            }

            var run = await running;
            run.Path.Should().Be("/next");
            await run.AnswerAsync("served");
            await ShouldBeAsync(next, "served", cancellationToken);
            App.Count.Should().Be(before + i);
        }
    }

    /// <summary>Answers with the path. One request may run more than twice: what a lost one had not settled comes back from the broker, and the gateway sends it again too.</summary>
    private protected async Task AnswerAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var run = await App.NextAsync(cancellationToken);
                await run.AnswerAsync(run.Path);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}

using System.Net;
using AppProxy.Gateway.Relay;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>What the tests of the promises have in common: an app that holds its answers, and what the gateway knows of its exchanges.</summary>
public abstract class PromiseTest : EndToEndTest
{
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

    private protected async Task<ProcessConnector> StartProcessAsync(TestEnvironment proxy, CancellationToken cancellationToken) =>
        Use(await ProcessConnector.StartAsync(proxy, cancellationToken));

    /// <summary>Waits until the gateway knows which connector runs each of <paramref name="count"/> exchanges.</summary>
    protected static Task WaitUntilTakenAsync(TestEnvironment proxy, int count, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => ExchangesOf(proxy).Count(static exchange => exchange.IsTaken) == count, cancellationToken);

    /// <summary>Waits until <paramref name="count"/> exchanges are under way, taken or not.</summary>
    protected static Task WaitUntilUnderWayAsync(TestEnvironment proxy, int count, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => ExchangesOf(proxy).Count() == count, cancellationToken);

    protected static async Task ShouldBeAsync(Task<HttpResponseMessage> pending, string text, CancellationToken cancellationToken)
    {
        using var answer = await pending.WaitAsync(cancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(cancellationToken)).Should().Be(text);
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

    private static IEnumerable<GatewayExchange> ExchangesOf(TestEnvironment proxy) =>
        proxy.GatewayServices.GetRequiredService<GroupRelays>().All.SelectMany(static group => group.Exchanges);

    protected static async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        // The gateway has no event for its own bookkeeping, and needs none but for this.
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
        }
    }
}

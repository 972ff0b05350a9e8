using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

[Platform(Exclude = "Win", Reason = "Signals of POSIX.")]
public sealed class The_gateway_dies : PromiseTest
{
    [Test, CancelAfter(ProcessGuard)]
    public async Task What_ran_for_it_is_cancelled_in_time_and_its_connector_serves_the_next_one([Values] bool hasBegunToAnswer, CancellationToken cancellation)
    {
        var deployment = Use(await Deployment.StartAsync(App.HandleAsync, isHttp2: false, cancellation));
        using var client = deployment.CreateClient();
        var pending = new[]
        {
            client.GetAsync("/", HttpCompletionOption.ResponseContentRead, cancellation),
            client.PostAsync("/", new StringContent("an order"), cancellation),
        };
        var runs = await App.NextAsync(pending.Length, cancellation);
        if (hasBegunToAnswer)
        {
            foreach (var run in runs)
            {
                await run.WriteAsync("a part");
            }
        }

        var killed = TimeProvider.System.GetTimestamp();
        deployment.Gateway.Signal("KILL");
        foreach (var run in runs)
        {
            await run.WaitForAbortAsync(cancellation);
        }

        TimeProvider.System.GetElapsedTime(killed).Should().BeLessThan(LossIsNoticed);
        foreach (var exchange in pending)
        {
            var asking = async () => await exchange;
            await asking.Should().ThrowAsync<HttpRequestException>("a part must never be taken for the whole");
        }

        await deployment.StartGatewayAsync(cancellation);
        await OnlyTheNextIsServedAsync(client, cancellation);
        deployment.Connector.Exited.IsCompleted.Should().BeFalse();
    }

    [Test, CancelAfter(ProcessGuard)]
    public async Task One_that_only_froze_runs_again_what_may_be_and_says_what_became_of_the_rest(CancellationToken cancellation)
    {
        var deployment = Use(await Deployment.StartAsync(App.HandleAsync, isHttp2: false, cancellation));
        using var client = deployment.CreateClient();
        var get = client.GetAsync("/get", cancellation);
        var getRun = await App.NextAsync(cancellation);
        var post = client.PostAsync("/post", new StringContent("an order"), cancellation);
        var postRun = await App.NextAsync(cancellation);

        var frozen = TimeProvider.System.GetTimestamp();
        deployment.Gateway.Signal("STOP");
        await getRun.WaitForAbortAsync(cancellation);
        await postRun.WaitForAbortAsync(cancellation);
        TimeProvider.System.GetElapsedTime(frozen).Should().BeLessThan(LossIsNoticed);
        deployment.Gateway.Signal("CONT");

        var again = await App.NextAsync(cancellation);
        again.Path.Should().Be("/get");
        await again.AnswerAsync("served");
        await ShouldBeAsync(get, "served", cancellation);
        await ShouldBeLostAsync(post, cancellation);
        await OnlyTheNextIsServedAsync(client, cancellation);
    }
}

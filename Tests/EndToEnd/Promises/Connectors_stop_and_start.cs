using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

public sealed class Connectors_stop_and_start : PromiseTest
{
    private const int Clients = 8;
    private static readonly HttpMethod[] Methods = [HttpMethod.Get, HttpMethod.Post];
    private readonly CountingApp _counting = new();

    /// <summary>Answers between two steps of what is done to the connectors.</summary>
    private static int Answers => Scale.Current.Of(usual: 100, full: 5_000);

    [Test, CancelAfter(Guard)]
    public async Task One_that_is_told_to_stop_finishes_what_it_has_and_takes_no_more([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartWithoutConnectorAsync(cancellation);
        using var client = proxy.CreateClient("app");
        var stopping = await proxy.StartConnectorAsync(null, cancellation);
        var slow = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/slow"), cancellation);
        var slowRun = await App.NextAsync(cancellation);
        await proxy.StartConnectorAsync(null, cancellation);

        var stopped = stopping.StopAsync(cancellation);
        for (var i = 0; i < 10; i++)
        {
            var next = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/next"), cancellation);
            await (await App.NextAsync(cancellation)).AnswerAsync("by the other");
            await ShouldBeAsync(next, "by the other", cancellation);
        }

        stopped.IsCompleted.Should().BeFalse("it has a request to finish");

        // More than windows and buffers hold.
        var toTheEnd = new string('x', 12 * 1024 * 1024);
        await Task.WhenAll(slowRun.AnswerAsync(toTheEnd), ShouldBeAsync(slow, toTheEnd, cancellation));
        await stopped;
        App.Count.Should().Be(11);
    }

    [Test, CancelAfter(600_000)]
    public async Task A_group_that_is_rolled_under_load_loses_and_repeats_nothing([Values] bool newOneFirst, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            options =>
            {
                options.Connectors = 2;
                options.Publish("counting", _counting.HandleAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("counting");
        var load = new Load(client, Clients, Methods, cancellation);
        var running = new Queue<TestConnector>(proxy.Connectors);
        for (var i = 0; i < 4; i++)
        {
            await load.WaitForMoreAsync(Answers);
            if (newOneFirst)
            {
                running.Enqueue(await proxy.StartConnectorAsync(null, cancellation));
            }

            await running.Dequeue().StopAsync(cancellation);
            if (!newOneFirst)
            {
                running.Enqueue(await proxy.StartConnectorAsync(null, cancellation));
            }
        }

        await load.WaitForMoreAsync(Answers);
        await load.EndAsync();
        _counting.ShouldHaveRun(load.Answered);
    }

    [Test, CancelAfter(600_000)]
    [Platform(Exclude = "Win", Reason = "Signals of POSIX.")]
    public async Task Processes_that_get_sigterm_one_after_another_fail_no_request(CancellationToken cancellation)
    {
        const int underWay = 16;
        var proxy = await StartWithoutConnectorAsync(cancellation, options => options.Publish("counting", _counting.HandleAsync));
        using var slowClient = proxy.CreateClient("app");
        using var client = proxy.CreateClient("counting");
        var running = new Queue<RunningProgram>([await StartProcessAsync(proxy, cancellation), await StartProcessAsync(proxy, cancellation)]);
        var load = new Load(client, Clients, Methods, cancellation);
        for (var rolled = 0; rolled < 2; rolled++)
        {
            var slow = Enumerable.Range(0, underWay)
                .Select(i => slowClient.SendAsync(new HttpRequestMessage(Methods[i % 2], "/slow"), cancellation))
                .ToArray();
            var slowRuns = await App.NextAsync(underWay, cancellation);

            var old = running.Dequeue();
            old.Signal("TERM");
            await old.WaitForLineAsync("Stopping", cancellation);
            await load.WaitForMoreAsync(Answers);
            foreach (var run in slowRuns)
            {
                await run.AnswerAsync("to the end");
            }

            foreach (var answer in slow)
            {
                await ShouldBeAsync(answer, "to the end", cancellation);
            }

            (await old.Exited.WaitAsync(cancellation)).Should().Be(0, old.Output + old.Errors);
            await load.WaitForMoreAsync(Answers);
            running.Enqueue(await StartProcessAsync(proxy, cancellation));
            await load.WaitForMoreAsync(Answers);
        }

        await load.EndAsync();
        _counting.ShouldHaveRun(load.Answered);
        App.Count.Should().Be(2 * underWay, "none ran twice");
    }
}

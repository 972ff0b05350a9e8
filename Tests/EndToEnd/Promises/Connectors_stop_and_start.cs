using System.Collections.Concurrent;
using System.Net;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

public sealed class Connectors_stop_and_start : PromiseTest
{
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
        await slowRun.AnswerAsync("to the end");
        await ShouldBeAsync(slow, "to the end", cancellation);
        await stopped;
        App.Count.Should().Be(11);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_group_that_is_rolled_under_load_loses_and_repeats_nothing([Values] bool newOneFirst, CancellationToken cancellation)
    {
        const int clients = 8;
        var runs = new ConcurrentDictionary<string, int>();
        var answered = 0;
        var isOver = false;
        var proxy = await StartAsync(
            options =>
            {
                options.Connectors = 2;
                options.Publish("counting", async context =>
                {
                    var id = context.Request.Method + context.Request.Path;
                    runs.AddOrUpdate(id, 1, static (_, count) => count + 1);
                    await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                    await context.Response.WriteAsync(id);
                });
            },
            cancellation);
        using var client = proxy.CreateClient("counting");

        async Task RunClientAsync(int number)
        {
            for (var i = 0; !Volatile.Read(ref isOver); i++)
            {
                using var request = new HttpRequestMessage(i % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, $"/{number}/{i}");
                if (request.Method == HttpMethod.Post)
                {
                    request.Content = new StringContent("an order");
                }

                using var answer = await client.SendAsync(request, cancellation);
                answer.StatusCode.Should().Be(HttpStatusCode.OK, "of {0} {1}", request.Method, request.RequestUri);
                (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be($"{request.Method}/{number}/{i}");
                Interlocked.Increment(ref answered);
            }
        }

        var load = Task.WhenAll(Enumerable.Range(0, clients).Select(RunClientAsync));
        var running = new Queue<TestConnector>(proxy.Connectors);
        for (var i = 0; i < 4; i++)
        {
            await WaitForMoreAsync(load, () => Volatile.Read(ref answered), cancellation);
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

        await WaitForMoreAsync(load, () => Volatile.Read(ref answered), cancellation);
        Volatile.Write(ref isOver, true);
        await load;

        runs.Should().HaveCount(answered);
        runs.Where(static run => run.Key.StartsWith("POST", StringComparison.Ordinal)).Should().OnlyContain(static run => run.Value == 1);
    }

    /// <summary>Lets the load go on for a hundred answers, or throws what broke it.</summary>
    private static async Task WaitForMoreAsync(Task load, Func<int> answered, CancellationToken cancellationToken)
    {
        var goal = answered() + 100;
        await WaitUntilAsync(() => load.IsCompleted || answered() >= goal, cancellationToken);
        if (load.IsCompleted)
        {
            await load;
        }
    }
}

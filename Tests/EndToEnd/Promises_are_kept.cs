using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>The promises of DESIGN.md section 5, with connectors whose cable is cut.</summary>
public sealed class Promises_are_kept : EndToEndTest
{
    private readonly CountingApp _app = new();

    [Test, CancelAfter(Guard)]
    public async Task A_get_that_its_connector_lost_is_answered_by_another([Values] TestTransport transport, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Transport = transport;
                o.Publish("app", _app.AnswerAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.GetAsync("/?wait=1", cancellation);
        await _app.WaitForCallAsync(cancellation);

        proxy.Connectors[0].Disconnect();
        await proxy.StartConnectorAsync(cancellationToken: cancellation);
        await _app.WaitForCallAsync(cancellation);
        _app.Answer();

        using var answer = await asking;
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().StartWith("call ");
        _app.Calls.Should().Be(2);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_post_that_its_connector_lost_is_never_run_again(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 2;
                o.Publish("app", _app.AnswerAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.PostAsync("/?wait=1", new StringContent("x"), cancellation);
        await _app.WaitForCallAsync(cancellation);

        var lost = Stopwatch.GetTimestamp();
        foreach (var connector in proxy.Connectors)
        {
            connector.Disconnect();
        }

        using var answer = await asking;

        Stopwatch.GetElapsedTime(lost).Should().BeLessThan(TimeSpan.FromSeconds(3.5));
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("AppProxy-Error").Single().Should().Be("connector-lost");
        foreach (var connector in proxy.Connectors)
        {
            connector.Reconnect();
        }

        // The group serves again, and still has not run it twice.
        (await client.GetAsync("/", cancellation)).Dispose();
        _app.Posts.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_get_whose_answer_has_begun_breaks(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 1;
                o.Publish("app", _app.AnswerAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var answer = await client.GetAsync("/?begin=1&wait=1", HttpCompletionOption.ResponseHeadersRead, cancellation);

        proxy.Connectors[0].Disconnect();

        var reading = async () => await answer.Content.ReadAsStringAsync(cancellation);
        await reading.Should().ThrowAsync<HttpRequestException>();
        _app.Calls.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task Exchanges_survive_a_connection_that_is_back_at_once([Values] TestTransport transport, [Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Transport = transport;
                o.Publish("app", _app.AnswerAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/?begin=1&wait=1"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        await _app.WaitForCallAsync(cancellation);
        using var answer = await asking;

        proxy.Connectors[0].DropConnection();
        await proxy.Connectors[0].WaitForConnectedAsync(cancellation);
        _app.Answer();

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("begun call 1");
        _app.Calls.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_request_waits_for_a_connector_to_come([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 0;
                o.Publish("app", _app.AnswerAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), cancellation);
        await Log.WaitForAsync(static entry => entry.Text.Contains("Request starting", StringComparison.Ordinal), cancellation);

        await proxy.StartConnectorAsync(cancellationToken: cancellation);

        using var answer = await asking;
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_its_client_left_before_a_connector_came_never_starts(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 0;
                o.Publish("app", _app.AnswerAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asking = client.PostAsync("/", new StringContent("x"), leaving.Token);
        await Log.WaitForAsync(static entry => entry.Text.Contains("Request starting", StringComparison.Ordinal), cancellation);
        await leaving.CancelAsync();
        await Log.WaitForAsync(static entry => entry.EventId == 3102 && entry.Text.Contains("client-gone", StringComparison.Ordinal), cancellation);

        await proxy.StartConnectorAsync(cancellationToken: cancellation);

        // The queue keeps the order: when a later request is through, the earlier one was delivered and refused.
        (await client.PostAsync("/", new StringContent("x"), cancellation)).Dispose();
        (await client.PostAsync("/", new StringContent("x"), cancellation)).Dispose();
        _app.Posts.Should().Be(2);
        await asking.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_connector_that_is_told_to_stop_finishes_what_it_has([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", _app.AnswerAsync), cancellation);
        using var client = proxy.CreateClient("app");
        using var request = new HttpRequestMessage(new HttpMethod(method), "/?wait=1&size=3000000");
        var asking = client.SendAsync(request, cancellation);
        await _app.WaitForCallAsync(cancellation);

        var stopping = proxy.Connectors[0].StopAsync(cancellation);
        await Log.WaitForAsync(static entry => entry.EventId == 2201, cancellation);
        var later = client.GetAsync("/", cancellation);
        stopping.IsCompleted.Should().BeFalse();
        _app.Answer();

        using var answer = await asking;
        (await answer.Content.ReadAsByteArrayAsync(cancellation)).Should().HaveCount(3_000_000);
        await stopping;
        await proxy.StartConnectorAsync(cancellationToken: cancellation);
        using var served = await later;
        served.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test, CancelAfter(60_000)]
    public async Task Rolling_a_group_under_load_loses_nothing(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 2;
                o.Publish("app", _app.AnswerAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var rolled = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var posts = 0;
        var load = Enumerable.Range(0, 8).Select(async worker =>
        {
            while (!rolled.IsCancellationRequested)
            {
                using var request = new HttpRequestMessage(worker % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, "/?size=20000");
                using var answer = await client.SendAsync(request, cancellation);
                if (request.Method == HttpMethod.Post)
                {
                    Interlocked.Increment(ref posts);
                }

                var length = (await answer.Content.ReadAsByteArrayAsync(cancellation)).Length;
                if (answer.StatusCode != HttpStatusCode.OK || length != 20_000)
                {
                    failures.Enqueue($"{request.Method} {(int)answer.StatusCode} {length} {string.Join(',', answer.Headers.Select(h => h.Key + '=' + string.Join('|', h.Value)))}");
                }
            }
        }).ToArray();

        for (var i = 0; i < 4; i++)
        {
            await proxy.StartConnectorAsync(cancellationToken: cancellation);
            await proxy.Connectors[i].StopAsync(cancellation);
        }

        await rolled.CancelAsync();
        await Task.WhenAll(load);
        failures.Should().BeEmpty();
        _app.Posts.Should().Be(posts, "none ran twice");
    }

    [Test, CancelAfter(Guard)]
    public async Task Connectors_are_back_when_the_gateway_is([Values(TestTransport.Amqp, TestTransport.WebSocket)] TestTransport transport, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Transport = transport;
                o.Connectors = 2;
                o.Publish("app", _app.AnswerAsync);
            },
            cancellation);
        using (var client = proxy.CreateClient("app"))
        {
            (await client.GetAsync("/", cancellation)).EnsureSuccessStatusCode().Dispose();
        }

        await proxy.StopGatewayAsync(cancellation);
        var started = Stopwatch.GetTimestamp();
        await proxy.StartGatewayAgainAsync(cancellation);

        using var again = proxy.CreateClient("app");
        (await again.PostAsync("/", new StringContent("x"), cancellation)).EnsureSuccessStatusCode().Dispose();
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(8));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_gateway_that_stops_ends_what_runs_for_it(CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", _app.AnswerAsync), cancellation);
        using var client = proxy.CreateClient("app");
        using var answer = await client.GetAsync("/?begin=1&wait=1", HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);

        await proxy.StopGatewayAsync(hurry.Token);

        var reading = async () => await answer.Content.ReadAsStringAsync(cancellation);
        await reading.Should().ThrowAsync<HttpRequestException>();
        await _app.Aborted.WaitAsync(cancellation);
    }
}

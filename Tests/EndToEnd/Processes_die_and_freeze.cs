using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>What only a process of its own can do: be killed, be frozen, hold little memory.</summary>
[Platform("Linux")]
public sealed class Processes_die_and_freeze : EndToEndTest
{
    private const int ProcessGuard = 60_000;

    private readonly CountingApp _app = new();

    [Test, CancelAfter(ProcessGuard)]
    public async Task A_get_is_answered_by_another_connector([Values] bool frozen, CancellationToken cancellation)
    {
        var proxy = await StartAsync(Publish, cancellation);
        var first = await StartConnectorAsync(proxy, cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.GetAsync("/?wait=1", cancellation);
        await _app.WaitForCallAsync(cancellation);

        await StartConnectorAsync(proxy, cancellation);
        if (frozen)
        {
            await first.FreezeAsync(cancellation);
        }
        else
        {
            first.Kill();
        }

        await _app.WaitForCallAsync(cancellation);
        _app.Answer();
        using var answer = await asking;
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        _app.Calls.Should().Be(2);

        if (frozen)
        {
            // What it still believes in hurts nobody.
            await first.ThawAsync(cancellation);
            for (var i = 0; i < 20; i++)
            {
                (await client.PostAsync("/", new StringContent("x"), cancellation)).EnsureSuccessStatusCode().Dispose();
            }

            _app.Posts.Should().Be(20);
        }
    }

    [Test, CancelAfter(ProcessGuard)]
    public async Task A_post_ends_in_time_and_is_not_run_again([Values] bool frozen, CancellationToken cancellation)
    {
        var proxy = await StartAsync(Publish, cancellation);
        var first = await StartConnectorAsync(proxy, cancellation);
        using var client = proxy.CreateClient("app");
        var asking = client.PostAsync("/?wait=1", new StringContent("x"), cancellation);
        await _app.WaitForCallAsync(cancellation);
        await StartConnectorAsync(proxy, cancellation);

        var lost = Stopwatch.GetTimestamp();
        if (frozen)
        {
            await first.FreezeAsync(cancellation);
        }
        else
        {
            first.Kill();
        }

        using var answer = await asking;
        Stopwatch.GetElapsedTime(lost).Should().BeLessThan(TimeSpan.FromSeconds(3.5));
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("AppProxy-Error").Single().Should().Be("connector-lost");
        _app.Posts.Should().Be(1);
    }

    [Test, CancelAfter(ProcessGuard)]
    public async Task What_a_frozen_connector_was_given_is_done_by_another(CancellationToken cancellation)
    {
        var proxy = await StartAsync(Publish, cancellation);
        var frozen = await StartConnectorAsync(proxy, cancellation);
        await StartConnectorAsync(proxy, cancellation);
        using var client = proxy.CreateClient("app");
        await frozen.FreezeAsync(cancellation);

        // It has credit, so the broker gives it its share.
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0
            ? client.GetAsync("/", cancellation)
            : client.PostAsync("/", new StringContent("x"), cancellation)));

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK);
        await frozen.ThawAsync(cancellation);
        (await client.GetAsync("/", cancellation)).EnsureSuccessStatusCode().Dispose();
        _app.Posts.Should().Be(10);
    }

    [Test, CancelAfter(ProcessGuard)]
    public async Task A_gateway_that_freezes_or_dies_leaves_no_app_call_running([Values] bool frozen, CancellationToken cancellation)
    {
        var (gateway, _, url) = await StartBothAsync(cancellation);
        using var client = CreateClient(url);
        var asking = client.GetAsync("/?wait=1", cancellation);
        await _app.WaitForCallAsync(cancellation);

        if (frozen)
        {
            await gateway.FreezeAsync(cancellation);
        }
        else
        {
            gateway.Kill();
        }

        await _app.Aborted.WaitAsync(cancellation);
        gateway.Kill();
        await asking.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Test, CancelAfter(600_000)]
    public async Task Large_bodies_need_little_memory(CancellationToken cancellation)
    {
        const long Most = 64L * 1024 * 1024;
        var scale = double.Parse(Environment.GetEnvironmentVariable("APPPROXY_SCALE") ?? "0.03", CultureInfo.InvariantCulture);
        var length = (long)(scale * 2L * 1024 * 1024 * 1024);
        var (gateway, connector, url) = await StartBothAsync(cancellation);
        using var client = CreateClient(url);

        // Code that is compiled and pools that fill once are not what a body costs.
        for (var i = 0; i < 3; i++)
        {
            await DownloadAsync(client, 4 * 1024 * 1024, cancellation);
            await UploadAsync(client, 4 * 1024 * 1024, cancellation);
        }

        var before = (Gateway: gateway.ResidentOctets, Connector: connector.ResidentOctets);
        await DownloadAsync(client, length, cancellation);
        var afterDown = (Gateway: gateway.ResidentOctets, Connector: connector.ResidentOctets);
        await UploadAsync(client, length, cancellation);
        var afterUp = (Gateway: gateway.ResidentOctets, Connector: connector.ResidentOctets);

        await TestContext.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{length >> 20} MB each way; resident MB before/down/up: gateway {before.Gateway >> 20}/{afterDown.Gateway >> 20}/{afterUp.Gateway >> 20}, connector {before.Connector >> 20}/{afterDown.Connector >> 20}/{afterUp.Connector >> 20}"));
        (Math.Max(afterDown.Gateway, afterUp.Gateway) - before.Gateway).Should().BeLessThan(Most);
        (Math.Max(afterDown.Connector, afterUp.Connector) - before.Connector).Should().BeLessThan(Most);
    }

    private void Publish(TestEnvironmentOptions options)
    {
        options.Connectors = 0;
        options.Publish("app", _app.AnswerAsync);
    }

    private async Task<ProductProcess> StartConnectorAsync(TestEnvironment proxy, CancellationToken cancellation) =>
        Use(await ProductProcess.StartAsync("AppProxy.Connector", proxy.GetConnectorSettings(), "connected to the broker", cancellation));

    /// <summary>Starts gateway and connector as an operator does; only the app lives here.</summary>
    private async Task<(ProductProcess Gateway, ProductProcess Connector, Uri Url)> StartBothAsync(CancellationToken cancellation)
    {
        // The environment's own gateway is not asked; its app is.
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 0;
                o.Publish("app", c => c.Request.Path == "/large" ? LargeAsync(c) : _app.AnswerAsync(c));
            },
            cancellation);
        var url = new Uri($"http://app.localhost:{FreePort.Take()}/");
        var brokerPort = FreePort.Take();
        var apps = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"apps-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(apps, JsonSerializer.Serialize(new
        {
            applications = new[]
            {
                new
                {
                    id = "app",
                    displayName = "app",
                    onPremisesPublishing = new { externalUrl = url, internalUrl = proxy.InternalUrlOf("app"), externalAuthenticationType = "passthru" },
                },
            },
        }), cancellation);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var gateway = Use(await ProductProcess.StartAsync(
            "AppProxy.Gateway",
            new Dictionary<string, string?>
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{url.Port}",
                ["Gateway:Apps"] = apps,
                ["Gateway:Broker:Listen"] = $"amqp://127.0.0.1:{brokerPort}",
                ["Gateway:Broker:ConnectorKeys:connector:Key"] = key,
            },
            "Application started",
            cancellation));
        var connector = Use(await ProductProcess.StartAsync(
            "AppProxy.Connector",
            new Dictionary<string, string?>
            {
                ["Connector:Broker:Url"] = $"amqp://127.0.0.1:{brokerPort}",
                ["Connector:Broker:KeyName"] = "connector",
                ["Connector:Broker:Key"] = key,
                ["Connector:Apps:app:InternalUrl"] = proxy.InternalUrlOf("app").ToString(),
            },
            "connected to the broker",
            cancellation));
        return (gateway, connector, url);
    }

    private static HttpClient CreateClient(Uri url) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, url.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };

    private static async Task LargeAsync(HttpContext context)
    {
        var buffer = new byte[64 * 1024];
        if (HttpMethods.IsPost(context.Request.Method))
        {
            var total = 0L;
            while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
            {
                total += count;
            }

            await context.Response.WriteAsync(total.ToString(CultureInfo.InvariantCulture));
            return;
        }

        var length = long.Parse(context.Request.Query["length"].ToString(), CultureInfo.InvariantCulture);
        context.Response.ContentLength = length;
        for (var left = length; left > 0; left -= Math.Min(left, buffer.Length))
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), context.RequestAborted);
        }
    }

    private static async Task DownloadAsync(HttpClient client, long length, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/large?length={length}"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[64 * 1024];
        var total = 0L;
        while (await body.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            total += count;
        }

        total.Should().Be(length);
    }

    private static async Task UploadAsync(HttpClient client, long length, CancellationToken cancellation)
    {
        using var content = new PushedContent();
        var sending = client.PostAsync("/large", content, cancellation);
        var stream = await content.Stream.WaitAsync(cancellation);
        var buffer = new byte[64 * 1024];
        for (var left = length; left > 0; left -= Math.Min(left, buffer.Length))
        {
            await stream.WriteAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellation);
        }

        content.Complete();
        using var answer = await sending;
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(length.ToString(CultureInfo.InvariantCulture));
    }
}

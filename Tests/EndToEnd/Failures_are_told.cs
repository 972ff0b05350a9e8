using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

public sealed class Failures_are_told : EndToEndTest
{
    private readonly ConcurrentQueue<string> _counted = new();
    private readonly Signal _begun = new();

    [Test, CancelAfter(Guard)]
    public async Task Nobody_takes_the_request(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 0;
                o.Relay["waitForConnector"] = "00:00:01";
                o.Publish("app", static _ => Task.CompletedTask);
            },
            cancellation);

        using var answer = await FailAsync(proxy, 503, "no-connector", LogLevel.Warning, cancellation);

        answer.Headers.RetryAfter!.Delta.Should().BePositive();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_person_gets_a_page(CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", Refusing()), cancellation);
        using var client = proxy.CreateClient("app");
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        using var answer = await client.SendAsync(request, cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        var reference = answer.Headers.GetValues("AppProxy-Reference").Single();
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Contain(reference).And.Contain("app-unreachable").And.NotContain("127.0.0.1");
        Log.Entries.Should().Contain(entry => entry.Text.Contains(reference, StringComparison.Ordinal), "the reference finds the log");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_refuses_connections(CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", Refusing()), cancellation);
        (await FailAsync(proxy, 502, "app-unreachable", LogLevel.Warning, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_has_no_address(CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", new Uri("http://nowhere.invalid/")), cancellation);
        (await FailAsync(proxy, 502, "app-unreachable", LogLevel.Warning, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_does_not_speak_tls(CancellationToken cancellation)
    {
        await using var app = new RawApp(static (connection, stop) => connection.WriteAsync("this is no TLS at all\r\n"u8.ToArray(), stop).AsTask());
        var proxy = await StartAsync(o => o.Publish("app", new UriBuilder(app.Url) { Scheme = "https" }.Uri), cancellation);
        (await FailAsync(proxy, 502, "app-tls-failed", LogLevel.Warning, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_apps_certificate_is_not_trusted(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Publish("app", TestProtocol.Https1, static _ => Task.CompletedTask);
                o.ConnectorSettings["Connector:Apps:app:IsBackendCertificateValidationEnabled"] = "true";
            },
            cancellation);
        (await FailAsync(proxy, 502, "app-tls-failed", LogLevel.Warning, cancellation)).Dispose();
    }

    [TestCase("SSH-2.0-OpenSSH\r\n\r\n", "app-response-invalid"), TestCase("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", "app-response-invalid"),
     TestCase("HTTP/1.1 abc OK\r\n\r\n", "app-response-invalid"), TestCase("", "app-aborted"), TestCase("HTTP/1.1 200 OK\r\nX: 1\r\n", "app-aborted")]
    [CancelAfter(Guard)]
    public async Task The_apps_answer_is_no_http(string said, string error, CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync(Encoding.ASCII.GetBytes(said), stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        (await FailAsync(proxy, 502, error, error == "app-aborted" ? LogLevel.Information : LogLevel.Warning, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_apps_head_is_too_large(CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nX: "u8.ToArray(), stop);
            await connection.WriteAsync(Enumerable.Repeat((byte)'x', 2_000_000).ToArray(), stop);
            await connection.WriteAsync("\r\n\r\n"u8.ToArray(), stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        (await FailAsync(proxy, 502, "app-head-too-large", LogLevel.Warning, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_does_not_begin_to_answer([Values] bool isLong, CancellationToken cancellation)
    {
        // What Microsoft Graph's two values mean, and not a second less.
        var timeout = TimeSpan.FromSeconds(isLong ? 180 : 85);
        var clock = new JumpingClock();
        var proxy = await StartAsync(
            o =>
            {
                o.Publishing["applicationServerTimeout"] = isLong ? "long" : "default";
                o.ConnectorTime = clock;
                o.Publish("app", c =>
                {
                    clock.Pass(timeout);
                    return Forever(c);
                });
            },
            cancellation);
        (await FailAsync(proxy, 504, "app-timeout", LogLevel.Information, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_has_the_time_that_the_relay_gives_it([Values] bool isLonger, CancellationToken cancellation)
    {
        // Beside Microsoft Graph's two values: more than the longer one, less than the shorter one. In the first case nothing but the app's answer ends the wait.
        var clock = new JumpingClock();
        var proxy = await StartAsync(
            o =>
            {
                o.Publishing["applicationServerTimeout"] = isLonger ? "default" : "long";
                o.Relay["applicationServerTimeout"] = isLonger ? "01:00:00" : "00:00:10";
                o.ConnectorTime = clock;
                o.Publish("app", async c =>
                {
                    clock.Pass(isLonger ? TimeSpan.FromMinutes(59) : TimeSpan.FromSeconds(10));
                    if (c.Request.Path == "/answers")
                    {
                        await c.Response.WriteAsync("at last");
                        return;
                    }

                    clock.Pass(isLonger ? TimeSpan.FromMinutes(1) : TimeSpan.Zero);
                    await Forever(c);
                });
            },
            cancellation);
        if (isLonger)
        {
            using var client = proxy.CreateClient("app");
            (await client.GetStringAsync("/answers", cancellation)).Should().Be("at last");
        }

        (await FailAsync(proxy, 504, "app-timeout", LogLevel.Information, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_may_take_its_time_to_begin(CancellationToken cancellation)
    {
        var clock = new JumpingClock();
        var proxy = await StartAsync(
            o =>
            {
                o.ConnectorTime = clock;
                o.Publish("app", c =>
                {
                    clock.Pass(TimeSpan.FromSeconds(60));
                    return c.Response.WriteAsync("at last");
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetStringAsync("/", cancellation)).Should().Be("at last");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_deadline_is_over_when_a_connector_has_the_request(CancellationToken cancellation)
    {
        var calls = 0;
        var clock = new JumpingClock();
        var proxy = await StartAsync(
            o =>
            {
                o.ConnectorTime = clock;
                o.Publish("app", _ =>
                {
                    Interlocked.Increment(ref calls);
                    return Task.CompletedTask;
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        (await client.GetAsync("/", cancellation)).EnsureSuccessStatusCode().Dispose();

        // Beyond the default of waitForConnector: every request looks to this connector as if it had been on its way for too long.
        clock.SetAhead(TimeSpan.FromSeconds(31));

        using var answer = await FailAsync(proxy, 503, "deadline-over", LogLevel.Warning, cancellation);
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
        calls.Should().Be(1, "what is too late never starts");
    }

    [TestCase("GET / HTTP/1.1\r\nX: {0}\r\n", 64 * 1024, 431), TestCase("POST / HTTP/1.1\r\nContent-Length: 1\r\nX: {0}\r\n", 64 * 1024, 431),
     TestCase("GET /{0} HTTP/1.1\r\n", 32 * 1024, 414)]
    [CancelAfter(Guard)]
    public async Task The_requests_head_is_too_large(string head, int size, int status, CancellationToken cancellation)
    {
        var calls = 0;
        var proxy = await StartAsync(
            o => o.Publish("app", _ =>
            {
                Interlocked.Increment(ref calls);
                return Task.CompletedTask;
            }),
            cancellation);
        var large = string.Format(CultureInfo.InvariantCulture, head, new string('x', size));

        var answer = await ExchangeAsync(proxy, $"{large}Host: {proxy.UrlOf("app").Authority}\r\n\r\n", cancellation);

        answer.Should().StartWith($"HTTP/1.1 {status} ");
        calls.Should().Be(0);
        proxy.GatewayServices.GetRequiredService<QueueEngine>().TryFind(EntityNames.Requests("default"), out var requests).Should().BeTrue();
        requests!.GetCounts().Enqueued.Should().Be(0, "no connector is asked");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_takes_too_long_in_all(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Relay["totalTimeout"] = "00:00:01";
                o.Publish("app", static c => Forever(c));
            },
            cancellation);
        (await FailAsync(proxy, 504, "total-timeout", LogLevel.Information, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_connector_does_not_know_the_app(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.ConnectorSettings["Connector:Apps:app:InternalUrl"] = "";
                o.ConnectorSettings["Connector:Apps:other:InternalUrl"] = "http://127.0.0.1:1/";
                o.Publish("app", static _ => Task.CompletedTask);
            },
            cancellation);
        (await FailAsync(proxy, 502, "app-unknown", LogLevel.Warning, cancellation)).Dispose();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_line_is_full(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 0;
                o.Relay["maxWaitingRequests"] = 1;
                o.Publish("app", static c => c.Response.WriteAsync("served"));
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var first = client.GetAsync("/", cancellation);
        var second = client.GetAsync("/", cancellation);

        // One of the two stands in line, whichever came first.
        using var refused = await await Task.WhenAny(first, second);
        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.Headers.GetValues("AppProxy-Error").Single().Should().Be("line-full");
        refused.Headers.RetryAfter.Should().NotBeNull();

        await proxy.StartConnectorAsync(cancellationToken: cancellation);
        var answers = await Task.WhenAll(first, second);
        answers.Should().ContainSingle(answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_falls_silent_in_the_midst_of_its_answer(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Relay["idleTimeout"] = "00:00:01";
                o.Publish("app", static async c =>
                {
                    await c.Response.WriteAsync("begun");
                    await Forever(c);
                });
            },
            cancellation);
        Listen(proxy);
        using var client = proxy.CreateClient("app");
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);

        var reading = async () => await answer.Content.ReadAsStringAsync(cancellation);

        await reading.Should().ThrowAsync<HttpRequestException>();
        await Log.WaitForAsync(entry => entry.EventId == 3102 && entry.Text.Contains("app-idle", StringComparison.Ordinal), cancellation);
        _counted.Should().Contain("app-idle");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_client_does_not_take_the_answer(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Relay["idleTimeout"] = "00:00:01";
                o.Publish("app", new WrittenOctets().WriteForeverAsync);
            },
            cancellation);
        await using var client = await proxy.ConnectAsync(cancellation);
        await client.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\n\r\n"), cancellation);

        var told = await Log.WaitForAsync(entry => entry.EventId == 3102, cancellation);

        told.Text.Should().Contain("client-idle");
        told.Level.Should().Be(LogLevel.Debug);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_client_does_not_send_the_rest_of_its_body(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Relay["idleTimeout"] = "00:00:01";
                o.Publish("app", static c => c.Request.Body.CopyToAsync(Stream.Null, c.RequestAborted));
            },
            cancellation);
        await using var client = await proxy.ConnectAsync(cancellation);
        await client.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nContent-Length: 100\r\n\r\npart"), cancellation);

        (await ReadUntilAsync(client, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 408 ").And.Contain("AppProxy-Error: client-idle");
    }

    [TestCase("POST"), TestCase("GET")]
    [CancelAfter(Guard)]
    public async Task The_clients_body_is_malformed(string method, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", static c => c.Request.Body.CopyToAsync(Stream.Null, c.RequestAborted)), cancellation);

        var answer = await ExchangeAsync(
            proxy, $"{method} / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nZZ\r\nnot a chunk", cancellation);

        answer.Should().StartWith("HTTP/1.1 400 ").And.Contain("AppProxy-Error: client-body-invalid");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_gateway_stops(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Connectors = 0;
                o.Publish("app", static _ => Task.CompletedTask);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        Listen(proxy);
        var asking = client.GetAsync("/", cancellation);
        await _begun.WaitAsync(cancellation);
        await proxy.StopGatewayAsync(cancellation);

        using var answer = await asking;
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.GetValues("AppProxy-Error").Single().Should().Be("gateway-shutdown");
    }

    private async Task<HttpResponseMessage> FailAsync(TestEnvironment proxy, int status, string error, LogLevel level, CancellationToken cancellation)
    {
        Listen(proxy);
        using var client = proxy.CreateClient("app");
        HttpResponseMessage? answer = null;
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Get })
        {
            answer?.Dispose();
            answer = await client.SendAsync(new HttpRequestMessage(method, "/"), cancellation);

            answer.Headers.TryGetValues("AppProxy-Error", out var told).Should().BeTrue();
            told!.Single().Should().Be(error);
            ((int)answer.StatusCode).Should().Be(status);
            answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
            var reference = answer.Headers.GetValues("AppProxy-Reference").Single();
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellation));
            problem.RootElement.GetProperty("status").GetInt32().Should().Be(status);
            problem.RootElement.GetProperty("reference").GetString().Should().Be(reference);
            problem.RootElement.GetProperty("type").GetString().Should().EndWith(error);
            Log.Entries.Should().ContainSingle(entry => entry.EventId == 3102 && entry.Text.Contains(reference, StringComparison.Ordinal)).Which.Level.Should().Be(level);
        }

        _counted.Should().Equal(error, error);
        return answer!;
    }

    private void Listen(TestEnvironment proxy)
    {
        var meters = proxy.GatewayServices.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name is "appproxy.gateway.exchange.failures" or "appproxy.gateway.exchanges.active")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, change, tags, _) =>
        {
            if (instrument.Name == "appproxy.gateway.exchanges.active" && change > 0)
            {
                _begun.Set();
            }

            foreach (var tag in tags)
            {
                if (tag.Key == "appproxy.failure")
                {
                    _counted.Enqueue((string)tag.Value!);
                }
            }
        });
        listener.Start();
        Use(new Listening(listener));
    }

    private static Task Forever(HttpContext context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

    /// <summary>A port on which nobody listens: taken, but without a listener.</summary>
    private Uri Refusing()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Use(new Listening(socket));
        return new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/");
    }

    private sealed class Listening(IDisposable held) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            held.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

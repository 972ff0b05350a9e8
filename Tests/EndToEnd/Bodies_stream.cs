using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using AppProxy.Contracts.Exchanges;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

public sealed class Bodies_stream : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task Events_arrive_one_by_one([Values] TestProtocol front, [Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol back, CancellationToken cancellation)
    {
        var due = Channel.CreateUnbounded<string>();
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", back, async c =>
                {
                    c.Response.ContentType = "text/event-stream";
                    await foreach (var text in due.Reader.ReadAllAsync(c.RequestAborted))
                    {
                        await c.Response.WriteAsync($"data: {text}\n\n", c.RequestAborted);
                    }
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        due.Writer.TryWrite("0");
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));

        for (var i = 0; i < 20; i++)
        {
            // The next one is only written when this one has come.
            (await reader.ReadLineAsync(cancellation)).Should().Be("data: " + i);
            (await reader.ReadLineAsync(cancellation)).Should().BeEmpty();
            due.Writer.TryWrite((i + 1).ToString(CultureInfo.InvariantCulture));
        }

        due.Writer.Complete();
        (await reader.ReadToEndAsync(cancellation)).Should().Be("data: 20\n\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_head_arrives_before_its_body([Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol back, CancellationToken cancellation)
    {
        var headCame = new Signal();
        var proxy = await StartAsync(
            o => o.Publish("app", back, async c =>
            {
                await c.Response.Body.FlushAsync(c.RequestAborted);
                await headCame.WaitAsync(c.RequestAborted);
                await c.Response.WriteAsync("late");
            }),
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        headCame.Set();

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("late");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_sees_an_upload_piece_by_piece([Values] TestProtocol front, [Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol back, CancellationToken cancellation)
    {
        var seen = Channel.CreateUnbounded<string>();
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", back, async c =>
                {
                    var buffer = new byte[100];
                    while (await c.Request.Body.ReadAsync(buffer, c.RequestAborted) is var count and > 0)
                    {
                        seen.Writer.TryWrite(Encoding.ASCII.GetString(buffer, 0, count));
                    }

                    await c.Response.WriteAsync("done");
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var body = new PushedContent();
        var sending = client.PostAsync("/", body, cancellation);
        var stream = await body.Stream.WaitAsync(cancellation);

        for (var i = 0; i < 10; i++)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes("piece " + i), cancellation);
            await stream.FlushAsync(cancellation);
            (await seen.Reader.ReadAsync(cancellation)).Should().Be("piece " + i);
        }

        body.Complete();
        using var answer = await sending;
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("done");
    }

    [Test, CancelAfter(Guard)]
    public async Task Both_directions_flow_at_once_over_http2(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Front = TestProtocol.Http2;
                o.Publish("app", TestProtocol.Http2, async c =>
                {
                    await c.Response.Body.FlushAsync(c.RequestAborted);
                    var buffer = new byte[100];
                    while (await c.Request.Body.ReadAsync(buffer, c.RequestAborted) is var count and > 0)
                    {
                        await c.Response.Body.WriteAsync(buffer.AsMemory(0, count), c.RequestAborted);
                    }
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var body = new PushedContent();
        using var answer = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/") { Content = body },
            HttpCompletionOption.ResponseHeadersRead,
            cancellation);
        var up = await body.Stream.WaitAsync(cancellation);
        await using var down = await answer.Content.ReadAsStreamAsync(cancellation);

        for (var i = 0; i < 10; i++)
        {
            await up.WriteAsync(Encoding.ASCII.GetBytes("ping " + i), cancellation);
            await up.FlushAsync(cancellation);
            await ReadUntilAsync(down, "ping " + i, cancellation);
        }

        body.Complete();
        (await down.ReadAsync(new byte[1], cancellation)).Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_that_answers_early_over_http2_never_takes_a_part_for_the_whole(CancellationToken cancellation)
    {
        var sawWhole = new TaskCompletionSource<bool>();
        var answered = new Signal();
        var proxy = await StartAsync(
            o =>
            {
                o.Front = TestProtocol.Http2;
                o.Publish("app", TestProtocol.Http2, async c =>
                {
                    await c.Request.Body.ReadExactlyAsync(new byte[5]);
                    await c.Response.WriteAsync("enough");
                    await c.Response.CompleteAsync();
                    try
                    {
                        while (await c.Request.Body.ReadAsync(new byte[100]) > 0)
                        {
                        }

                        sawWhole.TrySetResult(true);
                    }
                    catch (Exception broken) when (broken is IOException or OperationCanceledException)
                    {
                        sawWhole.TrySetResult(false);
                    }
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var body = new PushedContent();
        using var sending = new HttpRequestMessage(HttpMethod.Post, "/") { Content = body };
        var answering = client.SendAsync(sending, HttpCompletionOption.ResponseHeadersRead, cancellation);
        var up = await body.Stream.WaitAsync(cancellation);
        await up.WriteAsync("12345"u8.ToArray(), cancellation);
        await up.FlushAsync(cancellation);
        using var answer = await answering;

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("enough");
        (await sawWhole.Task.WaitAsync(cancellation)).Should().BeFalse();
        body.Complete();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_leaves_reaches_the_app([Values] TestProtocol front, [Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol back, [Values] bool afterTheHead, [Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var called = new Signal();
        var aborted = new Signal();
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", back, async c =>
                {
                    c.RequestAborted.Register(aborted.Set);
                    if (afterTheHead)
                    {
                        await c.Response.WriteAsync("begun");
                    }

                    called.Set();
                    await aborted.WaitAsync(CancellationToken.None);
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sending = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/") { Content = method == "POST" ? new StringContent("x") : null }, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        await called.WaitAsync(cancellation);

        if (afterTheHead)
        {
            (await sending).Dispose();
        }
        else
        {
            await leaving.CancelAsync();
        }

        await aborted.WaitAsync(cancellation);
        await sending.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_leaves_during_its_upload_breaks_it_for_the_app([Values] TestProtocol front, [Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol back, CancellationToken cancellation)
    {
        var began = new Signal();
        var sawWhole = new TaskCompletionSource<bool>();
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", back, async c =>
                {
                    try
                    {
                        while (await c.Request.Body.ReadAsync(new byte[100]) > 0)
                        {
                            began.Set();
                        }

                        sawWhole.TrySetResult(true);
                    }
                    catch (Exception broken) when (broken is IOException or OperationCanceledException)
                    {
                        sawWhole.TrySetResult(false);
                    }
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var body = new PushedContent();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sending = client.PostAsync("/", body, leaving.Token);
        var stream = await body.Stream.WaitAsync(cancellation);
        await stream.WriteAsync("12345"u8.ToArray(), cancellation);
        await stream.FlushAsync(cancellation);
        await began.WaitAsync(cancellation);

        await leaving.CancelAsync();

        (await sawWhole.Task.WaitAsync(cancellation)).Should().BeFalse();
        body.Complete();
        await sending.ContinueWith(static _ => { }, TaskScheduler.Default);

        // The gateway is through with it, too.
        await Log.WaitForAsync(static entry => entry.EventId == 3102 && entry.Text.Contains("client-gone", StringComparison.Ordinal), cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_part_of_an_answer_never_looks_whole(
        [Values("Content-Length: 100\r\n\r\nonly a part", "Transfer-Encoding: chunked\r\n\r\nb\r\nonly a part\r\n", "Transfer-Encoding: chunked\r\n\r\n20\r\nonly a part")] string rest,
        [Values] TestProtocol front,
        CancellationToken cancellation)
    {
        var arrived = new Signal();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n" + rest), stop);
            await arrived.WaitAsync(stop);
        });
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", app.Url);
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        await ReadUntilAsync(body, "only a part", cancellation);
        arrived.Set();

        var reading = async () => await body.ReadAsync(new byte[10], cancellation);

        await reading.Should().ThrowAsync<IOException>();
    }

    [Test, CancelAfter(Guard)]
    public async Task An_http2_app_that_resets_breaks_the_answer([Values] TestProtocol front, CancellationToken cancellation)
    {
        var arrived = new Signal();
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", TestProtocol.Http2, async c =>
                {
                    await c.Response.WriteAsync("only a part");
                    await arrived.WaitAsync(c.RequestAborted);
                    c.Abort();
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var answer = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        await ReadUntilAsync(body, "only a part", cancellation);
        arrived.Set();

        var reading = async () => await body.ReadAsync(new byte[10], cancellation);

        await reading.Should().ThrowAsync<IOException>();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_reader_that_stops_stops_the_app_within_8_megabytes([Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol front, CancellationToken cancellation)
    {
        const int Most = 8 * 1024 * 1024;
        var written = new WrittenOctets();
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", written.WriteForeverAsync);
            },
            cancellation);
        await using var connection = await ConnectWithSmallBufferAsync(proxy, cancellation);
        await connection.WriteAsync(front == TestProtocol.Http1 ? Get(proxy) : Http2Get(proxy), cancellation);

        await written.WaitUntilStillAsync(1, cancellation);

        written.Octets.Should().BeGreaterThan(64 * 1024, "it is the reader who stops, not the relay").And.BeLessThan(Most);
    }

    [Test, CancelAfter(120_000)]
    public async Task Many_readers_that_stop_stay_within_the_budget(CancellationToken cancellation)
    {
        var readers = Scale.Current.Of(usual: 300, full: 1_000);
        var written = new WrittenOctets();
        var app = Use(await LoopbackApp.StartAsync(written.WriteForeverAsync, cancellation));
        var proxy = await StartAsync(
            o =>
            {
                o.ConnectorSettings["Connector:Slots"] = readers.ToString(CultureInfo.InvariantCulture);
                o.Publish("app", new Uri(app.Url));
            },
            cancellation);
        var budget = proxy.GatewayServices.GetRequiredService<WindowBudget>();
        var connections = new List<NetworkStream>();
        try
        {
            for (var i = 0; i < readers; i++)
            {
                var connection = await ConnectWithSmallBufferAsync(proxy, cancellation);
                connections.Add(connection);
                await connection.WriteAsync(Get(proxy), cancellation);
            }

            // None starves: each of the apps gets to write.
            await written.WaitUntilStillAsync(readers, cancellation);

            budget.Leased.Should().BeLessThan(budget.Options.Budget + (readers * (long)budget.Options.Reserve));

            // What apps got rid of is in windows, or in the buffers of our sockets on both legs.
            const long PerReader = 3L * 1024 * 1024;
            written.Octets.Should().BeLessThan(budget.Options.Budget + (readers * PerReader));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static byte[] Get(TestEnvironment proxy) => Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\n\r\n");

    /// <summary>Preface, empty settings and one request with the protocol's first windows, which are never opened.</summary>
    private static byte[] Http2Get(TestEnvironment proxy)
    {
        var authority = Encoding.ASCII.GetBytes(proxy.UrlOf("app").Authority);
        byte[] block = [0x82, 0x84, 0x86, 0x41, (byte)authority.Length, .. authority];
        return [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, (byte)block.Length, 1, 5, 0, 0, 0, 1, .. block];
    }

    private static async Task<NetworkStream> ConnectWithSmallBufferAsync(TestEnvironment proxy, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        await socket.ConnectAsync(IPAddress.Loopback, proxy.GatewayUrl.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

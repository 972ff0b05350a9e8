using System.Net;
using System.Net.WebSockets;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

public sealed class WebSockets_cross_the_relay : EndToEndTest
{
    private readonly Signal _appSawEnd = new();

    [Test, CancelAfter(Guard)]
    public async Task Messages_go_both_ways_until_the_client_closes([Values] TestProtocol front, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => Publish(o, front, EchoAsync), cancellation);
        using var socket = await ConnectAsync(proxy, cancellation);
        socket.SubProtocol.Should().Be("chat");

        foreach (var length in new[] { 1, 1000, 70_000 })
        {
            var message = new byte[length];
            new Random(length).NextBytes(message);
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, cancellation);
            (await ReceiveAsync(socket, cancellation)).Should().Equal(message);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", cancellation);

        socket.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
        socket.CloseStatusDescription.Should().Be("bye");
        await _appSawEnd.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_closes([Values] TestProtocol front, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => Publish(o, front, async c =>
            {
                using var socket = await c.WebSockets.AcceptWebSocketAsync("chat");
                await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, "go", c.RequestAborted);
            }),
            cancellation);
        using var socket = await ConnectAsync(proxy, cancellation);

        (await socket.ReceiveAsync(new byte[10], cancellation)).MessageType.Should().Be(WebSocketMessageType.Close);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);

        socket.CloseStatus.Should().Be(WebSocketCloseStatus.PolicyViolation);
        socket.CloseStatusDescription.Should().Be("go");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_that_refuses_is_heard([Values] bool asksForWebSocket, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", c =>
            {
                c.Response.StatusCode = 426;
                c.Response.Headers["X-Why"] = "not today";
                return c.Response.WriteAsync("refused");
            }),
            cancellation);

        var answer = await ExchangeAsync(
            proxy,
            $"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: Upgrade, close\r\nUpgrade: {(asksForWebSocket ? "websocket" : "h2c")}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            cancellation);

        answer.Should().StartWith("HTTP/1.1 426 ").And.Contain("X-Why: not today").And.Contain("refused");
    }

    [Test, CancelAfter(Guard)]
    public async Task What_is_no_agreement_does_not_open_a_socket_over_http2([Values(200, 204, 403)] int status, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => Publish(o, TestProtocol.Http2, c =>
            {
                c.Response.StatusCode = status;
                return Task.CompletedTask;
            }),
            cancellation);

        var connecting = () => ConnectAsync(proxy, cancellation);

        // A 2xx would tell this client that the socket is open.
        (await connecting.Should().ThrowAsync<WebSocketException>()).Which.Message.Should().Contain(status == 403 ? "403" : "502");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_agreement_to_something_else_does_not_open_a_socket_over_http2(CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"u8.ToArray(), stop);
        });
        var proxy = await StartAsync(
            o =>
            {
                o.Front = TestProtocol.Http2;
                o.Publish("app", app.Url);
            },
            cancellation);

        var connecting = () => ConnectAsync(proxy, cancellation);

        (await connecting.Should().ThrowAsync<WebSocketException>()).Which.Message.Should().Contain("502");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_drops_is_dropped_by_the_app_side_too([Values] TestProtocol front, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => Publish(o, front, EchoAsync), cancellation);
        var socket = await ConnectAsync(proxy, cancellation);
        await socket.SendAsync(new byte[1], WebSocketMessageType.Binary, true, cancellation);
        await ReceiveAsync(socket, cancellation);

        socket.Abort();
        socket.Dispose();

        await _appSawEnd.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_that_drops_drops_the_client([Values] TestProtocol front, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => Publish(o, front, async c =>
            {
                using var socket = await c.WebSockets.AcceptWebSocketAsync("chat");
                await socket.ReceiveAsync(new byte[10], c.RequestAborted);
                c.Abort();
            }),
            cancellation);
        using var socket = await ConnectAsync(proxy, cancellation);
        await socket.SendAsync(new byte[1], WebSocketMessageType.Binary, true, cancellation);

        var receive = async () => await socket.ReceiveAsync(new byte[10], cancellation);

        await receive.Should().ThrowAsync<WebSocketException>();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_closed_connection_leaves_nothing_behind([Values] TestProtocol front, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => Publish(o, front, EchoAsync), cancellation);
        using (var socket = await ConnectAsync(proxy, cancellation))
        {
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
        }

        // A connector finishes what it has before it stops, and says so when it had to give up.
        await proxy.Connectors[0].StopAsync(cancellation);

        Log.Entries.Should().NotContain(entry => entry.EventId == 2202 || entry.EventId == 2203);
        Log.Entries.Should().Contain(entry => entry.EventId == 2201);
    }

    private async Task EchoAsync(HttpContext context)
    {
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("chat");
            var buffer = new byte[100_000];
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, context.RequestAborted);
                    return;
                }

                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            // How it ends is what the test is about.
        }
        finally
        {
            _appSawEnd.Set();
        }
    }

    private static void Publish(TestEnvironmentOptions options, TestProtocol front, RequestDelegate app)
    {
        options.Front = front;
        options.Publish("app", app);
    }

    private static Task<ClientWebSocket> ConnectAsync(TestEnvironment proxy, CancellationToken cancellation) =>
        proxy.ConnectWebSocketAsync("app", configure: static options => options.AddSubProtocol("chat"), cancellationToken: cancellation);

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        var buffer = new byte[10_000];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, cancellation);
            all.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return all.ToArray();
            }
        }
    }
}

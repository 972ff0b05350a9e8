using System.Net.Sockets;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary><c>Expect: 100-continue</c> (RFC 9110 section 10.1.1), from the client to the app and back.</summary>
public sealed class Uploads_wait_to_be_asked_for : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task The_body_is_sent_when_the_app_asks_for_it(CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            var head = await RawApp.ReadHeadAsync(connection, stop);
            seen.SetResult(head + (connection.DataAvailable ? "and more" : ""));
            await WriteAsync(connection, "HTTP/1.1 100 Continue\r\n\r\n", stop);
            var body = await ReadUntilAsync(connection, "body", stop);
            await WriteAsync(connection, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}", stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var client = await PostAsync(proxy, cancellation);

        (await ReadUntilAsync(client, "\r\n\r\n", cancellation)).Should().Be("HTTP/1.1 100 Continue\r\n\r\n");
        (await seen.Task.WaitAsync(cancellation)).Should().Contain("Expect: 100-continue\r\n").And.EndWith("\r\n\r\n", "the body is the client's to send");
        await WriteAsync(client, "body", cancellation);

        (await ReadUntilAsync(client, "\r\n\r\nbody", cancellation)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_upload_that_the_app_refuses_is_never_sent(CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await WriteAsync(connection, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno", stop);
            await ReadToEndAsync(connection, stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var client = await PostAsync(proxy, cancellation);

        (await ReadUntilAsync(client, "\r\n\r\nno", cancellation)).Should().StartWith("HTTP/1.1 401 Unauthorized", "a 100 before it would have made the client send");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_that_says_nothing_gets_the_body_after_a_while(CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await ReadUntilAsync(connection, "body", stop);
            await WriteAsync(connection, "HTTP/1.1 204 No Content\r\n\r\n", stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var client = await PostAsync(proxy, cancellation);

        (await ReadUntilAsync(client, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 100 Continue");
        await WriteAsync(client, "body", cancellation);

        (await ReadUntilAsync(client, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 204 No Content");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_response_that_goes_with_the_upload_asks_for_it(CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await WriteAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", stop);
            await WriteAsync(connection, await ReadUntilAsync(connection, "body", stop), stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var client = await PostAsync(proxy, cancellation);

        // With a 100 ahead of it, or without: both say the same.
        await ReadUntilAsync(client, "HTTP/1.1 200 OK", cancellation);
        await WriteAsync(client, "body", cancellation);

        (await ReadUntilAsync(client, "body", cancellation)).Should().EndWith("body");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_of_HTTP2_is_taken_to_want_it(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", TestProtocol.Http2, static async c => await c.Response.WriteAsync(await new StreamReader(c.Request.Body).ReadToEndAsync())), cancellation);
        await using var client = await PostAsync(proxy, cancellation);

        (await ReadUntilAsync(client, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 100 Continue");
        await WriteAsync(client, "body", cancellation);

        (await ReadUntilAsync(client, "body", cancellation)).Should().StartWith("HTTP/1.1 200 OK");
    }

    private static async Task<NetworkStream> PostAsync(TestEnvironment proxy, CancellationToken cancellation)
    {
        var connection = await proxy.ConnectAsync(cancellation);
        await WriteAsync(connection, $"POST / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", cancellation);
        return connection;
    }
}

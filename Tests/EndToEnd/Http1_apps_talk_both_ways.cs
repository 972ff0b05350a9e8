using System.Net.Sockets;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>What clients and apps do with an HTTP/1.1 connection that the library's client does not: speak while the other still speaks.</summary>
public sealed class Http1_apps_talk_both_ways : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task An_app_echoes_while_its_client_uploads(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", static async c =>
            {
                await c.Response.Body.FlushAsync(c.RequestAborted);
                var buffer = new byte[100];
                while (await c.Request.Body.ReadAsync(buffer, c.RequestAborted) is var count and > 0)
                {
                    await c.Response.Body.WriteAsync(buffer.AsMemory(0, count), c.RequestAborted);
                }
            }),
            cancellation);
        await using var connection = await PostAsync(proxy, "POST", "Connection: close\r\nTransfer-Encoding: chunked", cancellation);
        (await ReadUntilAsync(connection, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 200 OK");

        for (var i = 0; i < 10; i++)
        {
            await WriteAsync(connection, $"6\r\nping {i}\r\n", cancellation);
            (await ReadUntilAsync(connection, $"ping {i}", cancellation)).Should().NotContain("ping " + (i + 1));
        }

        await WriteAsync(connection, "0\r\n\r\n", cancellation);
        (await ReadToEndAsync(connection, cancellation)).Should().EndWith("0\r\n\r\n");
    }

    [TestCase("POST", "413 Too Much"), TestCase("RDG_IN_DATA", "401 Who Are You")]
    [CancelAfter(Guard)]
    public async Task A_refusal_is_heard_by_a_client_that_would_upload_for_ever(string method, string status, CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await WriteAsync(connection, $"HTTP/1.1 {status}\r\nContent-Length: 2\r\nWWW-Authenticate: NTLM\r\n\r\nno", stop);
            seen.TrySetResult(await ReadToEndAsync(connection, stop));
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var connection = await PostAsync(proxy, method, "Transfer-Encoding: chunked", cancellation);
        if (method == "POST")
        {
            await WriteAsync(connection, "5\r\nbegun\r\n", cancellation);
        }

        var answer = await ReadUntilAsync(connection, "\r\n\r\nno", cancellation);

        answer.Should().StartWith("HTTP/1.1 " + status).And.Contain("WWW-Authenticate: NTLM").And.NotContain("AppProxy-Error");
        (await seen.Task.WaitAsync(cancellation)).Should().NotContain("0\r\n\r\n", "a part must not look whole");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_upload_goes_on_behind_a_whole_answer(CancellationToken cancellation)
    {
        // As Remote Desktop Gateway does on its channel in: the answer is complete, and the client begins to talk.
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await WriteAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", stop);
            seen.TrySetResult(await ReadUntilAsync(connection, "late 2", stop));
            await ReadToEndAsync(connection, stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var connection = await PostAsync(proxy, "RDG_IN_DATA", "Transfer-Encoding: chunked", cancellation);
        (await ReadUntilAsync(connection, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 200 OK").And.Contain("Content-Length: 0");

        for (var i = 0; i < 3; i++)
        {
            await WriteAsync(connection, $"6\r\nlate {i}\r\n", cancellation);
        }

        (await seen.Task.WaitAsync(cancellation)).Should().Contain("late 0").And.Contain("late 1");
    }

    [Test, CancelAfter(Guard)]
    public async Task Trailers_of_an_upload_reach_the_app(CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            seen.TrySetResult(await ReadUntilAsync(connection, "X-Sum: 42\r\n\r\n", stop));
            await WriteAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var connection = await PostAsync(proxy, "POST", "Transfer-Encoding: chunked", cancellation);

        await WriteAsync(connection, "4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n", cancellation);
        await ReadUntilAsync(connection, "HTTP/1.1 200 OK", cancellation);

        (await seen.Task.WaitAsync(cancellation)).Should().EndWith("4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task Early_hints_do_not_disturb(CancellationToken cancellation)
    {
        await using var app = new RawApp(static async (connection, stop) =>
        {
            if ((await RawApp.ReadHeadAsync(connection, stop)).StartsWith("POST", StringComparison.Ordinal))
            {
                await ReadUntilAsync(connection, "x", stop);
            }

            await WriteAsync(
                connection, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetStringAsync("/", cancellation)).Should().Be("ok");
        using var posted = await client.PostAsync("/", new StringContent("x"), cancellation);
        (await posted.Content.ReadAsStringAsync(cancellation)).Should().Be("ok");
    }

    [Test, CancelAfter(Guard)]
    public async Task Names_of_the_clients_own_headers_keep_case_and_order(CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            seen.TrySetResult(await RawApp.ReadHeadAsync(connection, stop));
            await WriteAsync(connection, "HTTP/1.1 200 OK\r\nx-sMall: 1\r\nX-LARGE: 2\r\nContent-Length: 0\r\n\r\n", stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);

        var answer = await ExchangeAsync(
            proxy, $"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nzZ-Top: 1\r\nSOAPAction: 2\r\nx-lower: 3\r\nConnection: close\r\n\r\n", cancellation);

        (await seen.Task.WaitAsync(cancellation)).Should().Contain("\r\nzZ-Top: 1\r\nSOAPAction: 2\r\nx-lower: 3\r\n");
        answer.Should().Contain("\r\nx-sMall: 1\r\n").And.Contain("\r\nX-LARGE: 2\r\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_with_tls_chooses_its_version([Values(TestProtocol.Https1, TestProtocol.Https2)] TestProtocol back, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.ConnectorSettings["Connector:Apps:app:HttpVersion"] = "";
                o.Publish("app", back, static async c =>
                {
                    c.Response.Headers["X-Protocol"] = c.Request.Protocol;
                    await c.Request.Body.CopyToAsync(c.Response.Body);
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.PostAsync("/", new StringContent("body"), cancellation);
            answer.Headers.GetValues("X-Protocol").Should().Equal(back == TestProtocol.Https2 ? "HTTP/2" : "HTTP/1.1");
            (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("body");
        }
    }

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 200)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nevil", 502)]
    [CancelAfter(Guard)]
    public async Task A_smuggled_response_reaches_nobody(string said, int status, CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            while (true)
            {
                await RawApp.ReadHeadAsync(connection, stop);
                await WriteAsync(connection, said, stop);
            }
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.GetAsync("/", cancellation);
            ((int)answer.StatusCode).Should().Be(status);
            (await answer.Content.ReadAsStringAsync(cancellation)).Should().NotContain("evil");
            await Log.WaitForAsync(entry => entry.EventId == (status == 200 ? 2301 : 2302), cancellation);
        }

        app.Connections.Should().Be(3);
    }

    private static async Task<NetworkStream> PostAsync(TestEnvironment proxy, string method, string fields, CancellationToken cancellation)
    {
        var connection = await proxy.ConnectAsync(cancellation);
        await WriteAsync(connection, $"{method} / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\n{fields}\r\n\r\n", cancellation);
        return connection;
    }
}

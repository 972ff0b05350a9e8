using System.Text;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

public sealed class Large_requests_are_taken : EndToEndTest
{
    /// <summary>Kilobytes of one field: the app's own server takes a hundred of them.</summary>
    private const int Piece = 25;

    [TestCase(60, 200), TestCase(70, 431)]
    [CancelAfter(Guard)]
    public async Task Heads_have_64_KB(int kilobytes, int status, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", c => c.Response.WriteAsync("ok")), cancellation);

        (await ExchangeAsync(proxy, Head(proxy, "GET", kilobytes), cancellation)).Should().StartWith($"HTTP/1.1 {status} ");
    }

    [Test, CancelAfter(Guard)]
    public async Task Heads_have_1_MB_by_a_setting([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.GatewaySettings["Gateway:MaxRequestHeaderBytes"] = "1048576";
                o.Publish("app", c => c.Response.WriteAsync("<" + c.Request.Headers.Where(h => h.Key.StartsWith("X-Large-", StringComparison.Ordinal)).Sum(h => h.Value.ToString().Length) + ">"));
            },
            cancellation);

        (await ExchangeAsync(proxy, Head(proxy, method, 1000), cancellation)).Should().StartWith("HTTP/1.1 200 ").And.Contain($"<{1000 * 1024}>");
        (await ExchangeAsync(proxy, Head(proxy, method, 1030), cancellation)).Should().StartWith("HTTP/1.1 431 ");
    }

    [TestCase(4000, 200), TestCase(5000, 431)]
    [CancelAfter(Guard)]
    public async Task Heads_have_some_thousand_lines(int lines, int status, CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            var body = $"<{(await RawApp.ReadHeadAsync(connection, stop)).Split("\r\nx").Length - 1}>";
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"), stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        var request = new StringBuilder($"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: close\r\n");
        for (var i = 0; i < lines; i++)
        {
            request.Append('x').Append(i).Append(":1\r\n");
        }

        var answer = await ExchangeAsync(proxy, request.Append("\r\n").ToString(), cancellation);

        answer.Should().StartWith($"HTTP/1.1 {status} ");
        if (status == 200)
        {
            answer.Should().EndWith($"<{lines}>");
        }
    }

    [TestCase(16 * 1024, 200), TestCase(17 * 1024, 414)]
    [CancelAfter(Guard)]
    public async Task Urls_have_16_KB(int length, int status, CancellationToken cancellation)
    {
        await using var app = new RawApp(async (connection, stop) =>
        {
            var line = (await RawApp.ReadHeadAsync(connection, stop)).Split("\r\n")[0];
            var body = $"<{line.Split(' ')[1].Length}>";
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"), stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        var target = "/?" + new string('q', length - 2);

        var answer = await ExchangeAsync(proxy, $"GET {target} HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().StartWith($"HTTP/1.1 {status} ");
        if (status == 200)
        {
            answer.Should().EndWith($"<{length}>");
        }
    }

    private static string Head(TestEnvironment proxy, string method, int kilobytes)
    {
        var request = new StringBuilder($"{method} / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: close\r\n");
        for (var i = 0; i < kilobytes; i += Piece)
        {
            request.Append("X-Large-").Append(i).Append(": ").Append('x', Math.Min(Piece, kilobytes - i) * 1024).Append("\r\n");
        }

        return request.Append("\r\n").ToString();
    }
}

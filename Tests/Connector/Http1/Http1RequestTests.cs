using System.Text;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Http1;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Tests.EndToEnd;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Http1;

/// <summary>What the app gets, octet by octet.</summary>
[TestFixture]
internal sealed class Http1RequestTests
{
    private const int Guard = 10_000;
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [TestCase("GET", "/", "/", "/")]
    [TestCase("x-Any!token", "//a%2Fb/../%41?x=%2F&y=a+b&&z", "/", "//a%2Fb/../%41?x=%2F&y=a+b&&z")]
    [TestCase("REPORT", "/back\\slash?\u00fc#f", "/base/", "/base/back\\slash?\u00fc#f")]
    [TestCase("OPTIONS", "*", "/base/", "*")]
    [CancelAfter(Guard)]
    public async Task Method_and_target_arrive_as_they_are(string method, string target, string path, string expected, CancellationToken cancellation)
    {
        (await SeeAsync(cancellation, method, target, path)).Should().StartWith($"{method} {expected} HTTP/1.1\r\nHost: 127.0.0.1:");
    }

    [Test, CancelAfter(Guard)]
    public async Task Fields_keep_their_case_order_and_octets(CancellationToken cancellation)
    {
        var seen = await SeeAsync(cancellation, fields: ["x-b: 1", "Accept: a,b", "X-B: 2", "host: h.example", "zETA: Gr\u00fc\u00dfe \u00ff", "x-b: 1", "Empty:"]);

        seen.Should().Be("GET / HTTP/1.1\r\nHost: h.example\r\nx-b: 1\r\nAccept: a,b\r\nX-B: 2\r\nzETA: Gr\u00fc\u00dfe \u00ff\r\nx-b: 1\r\nEmpty: \r\n\r\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task What_frames_the_request_is_ours_to_say(CancellationToken cancellation)
    {
        var seen = await SeeAsync(cancellation, fields: ["Transfer-Encoding: gzip", "Connection: close", "Content-Length: 7", "X: 1"]);

        seen.Should().EndWith("\r\nX: 1\r\nContent-Length: 0\r\n\r\n").And.NotContain("gzip").And.NotContain("close");
    }

    [TestCase("POST", "Content-Length: 0"), TestCase("PUT", "Content-Length: 0"), TestCase("GET", null), TestCase("DELETE", null)]
    [CancelAfter(Guard)]
    public async Task No_body_is_said_where_one_is_expected(string method, string? line, CancellationToken cancellation)
    {
        var seen = await SeeAsync(cancellation, method);

        seen.Contains("Content-Length", StringComparison.Ordinal).Should().Be(line is not null);
        seen.Should().EndWith(line + "\r\n\r\n");
    }

    [TestCase("G T", "/"), TestCase("", "/"), TestCase("GET", "/a b"), TestCase("GET", "/a\r\nX: 1"), TestCase("GET", "/\0"), TestCase("GET", "/", "X: a\rb"),
     TestCase("GET", "/", "X: a\nb"), TestCase("GET", "/", "X\r: a"), TestCase("GET", "/", "X : a"), TestCase("POST", "/", "Content-Length: 5", "Content-Length: 6")]
    [CancelAfter(Guard)]
    public async Task What_would_be_another_request_is_not_sent(string method, string target, params string[] fields)
    {
        await using var app = Http1Call.Answering(Ok);
        using var call = new Http1Call(app.Url);

        var sending = async () => await call.SendAsync(method, target, CancellationToken.None, fields: fields);

        await sending.Should().ThrowAsync<Exception>().Where(refusal => refusal is InvalidDataException || method.Length == 0);
        app.Connections.Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_body_at_hand_has_its_length([Values(0, 5, 60_000)] int length, [Values] bool isAnnounced, CancellationToken cancellation)
    {
        var body = new byte[length];
        Array.Fill(body, (byte)'b');
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            var head = await RawApp.ReadHeadAsync(connection, stop);
            var read = new byte[length];
            await connection.ReadExactlyAsync(read, stop);
            seen.SetResult(head + Encoding.ASCII.GetString(read));
            await connection.WriteAsync(Encoding.ASCII.GetBytes(Ok), stop);
        });
        using var call = new Http1Call(app.Url);

        await using var response = await call.SendAsync(
            "PUT", "/", cancellation, FrameFlags.Body | FrameFlags.Replayable, wholeBody: body, fields: isAnnounced ? [$"content-length: {length}"] : []);

        (await seen.Task.WaitAsync(cancellation)).Should().EndWith($"\r\nContent-Length: {length}\r\n\r\n" + new string('b', length));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_body_of_unknown_length_is_chunked_and_keeps_its_trailers(CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            var text = await ReadUntilBlankLineAsync(connection, stop);
            seen.SetResult(text);
            await connection.WriteAsync(Encoding.ASCII.GetBytes(Ok), stop);
        });
        using var call = new Http1Call(app.Url);
        var body = new PushedBody { Trailers = (byte[])[2, 5, .. "X-Sum"u8, 2, .. "42"u8, 14, .. "content-length"u8, 1, .. "1"u8] };
        body.Push("hello"u8);
        body.Push(new byte[17]);
        body.Complete();

        await using var response = await call.SendAsync("POST", "/", cancellation, FrameFlags.Body, body);

        (await seen.Task.WaitAsync(cancellation)).Should().Be("5\r\nhello\r\n11\r\n" + new string('\0', 17) + "\r\n0\r\nX-Sum: 42\r\n\r\n");
        body.Consumed.Should().Be(22);
    }

    [TestCase(10), TestCase(30)]
    [CancelAfter(Guard)]
    public async Task A_body_that_is_not_as_long_as_announced_breaks_the_connection(int length, CancellationToken cancellation)
    {
        var seen = new TaskCompletionSource<int>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            using var all = new MemoryStream();
            try
            {
                await connection.CopyToAsync(all, stop);
            }
            finally
            {
                var text = Encoding.ASCII.GetString(all.ToArray());
                seen.SetResult(text.Length - Math.Max(0, text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4));
            }
        });
        using var call = new Http1Call(app.Url);
        var body = new PushedBody();
        body.Push(new byte[length]);
        body.Complete();

        var sending = async () => await call.SendAsync("POST", "/", cancellation, FrameFlags.Body, body, fields: "Content-Length: 20");

        (await sending.Should().ThrowAsync<RequestBodyBrokenException>()).Which.Failure.Should().Be(ExchangeFailure.ClientBodyInvalid);
        (await seen.Task.WaitAsync(cancellation)).Should().BeLessThan(20);
    }

    [Test, CancelAfter(Guard)]
    public async Task Pieces_of_any_size_arrive_whole([Values] bool isChunked, CancellationToken cancellation)
    {
        int[] sizes = [60_000, 1, 60_000, 60_000, 10, 16_000, 20_000, 5, 65_536];
        var sent = new byte[sizes.Sum()];
        new Random(1).NextBytes(sent);
        await using var app = new AppOf(async context =>
        {
            using var all = new MemoryStream();
            await context.Request.Body.CopyToAsync(all);
            context.Response.ContentLength = all.Length;
            await context.Response.Body.WriteAsync(all.ToArray());
        });
        using var call = new Http1Call(await app.StartAsync(cancellation));
        var body = new PushedBody();
        var position = 0;
        foreach (var size in sizes)
        {
            body.Push(sent.AsSpan(position, size));
            position += size;
        }

        body.Complete();
        await using var response = await call.SendAsync("POST", "/", cancellation, FrameFlags.Body, body, fields: isChunked ? [] : [$"Content-Length: {sent.Length}"]);
        using var received = new MemoryStream();
        var buffer = new byte[50_000];
        while (await response.ReadAsync(buffer) is var count and > 0)
        {
            received.Write(buffer.AsSpan(0, count));
        }

        received.ToArray().AsSpan().SequenceEqual(sent).Should().BeTrue();
        body.Consumed.Should().Be(sent.Length);
    }

    private static async Task<string> SeeAsync(CancellationToken cancellation, string method = "GET", string target = "/", string path = "/", params string[] fields)
    {
        var seen = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            seen.TrySetResult(await RawApp.ReadHeadAsync(connection, stop));
            await connection.WriteAsync(Encoding.ASCII.GetBytes(Ok), stop);
        });
        using var call = new Http1Call(new Uri(app.Url, path));
        await using var response = await call.SendAsync(method, target, cancellation, fields: fields);
        return await seen.Task.WaitAsync(cancellation);
    }

    private static async Task<string> ReadUntilBlankLineAsync(Stream connection, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var octet = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await connection.ReadExactlyAsync(octet, cancellation);
            text.Append((char)octet[0]);
        }

        return text.ToString();
    }
}

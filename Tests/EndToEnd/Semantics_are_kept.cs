using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

public sealed class Semantics_are_kept : EndToEndTest
{
    private static readonly string[] Several = ["3", "1", "3", "2"];

    [TestCase("GET"), TestCase("POST"), TestCase("PUT"), TestCase("DELETE"), TestCase("PATCH"), TestCase("OPTIONS"), TestCase("REPORT"), TestCase("x-any!token")]
    [CancelAfter(Guard)]
    public async Task Any_method_reaches_the_app(string method, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", c => c.Response.WriteAsync(c.Request.Method)), cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(method);
    }

    [Test, CancelAfter(Guard)]
    public async Task Connect_is_refused_since_this_is_no_tunnel(CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", c => c.Response.WriteAsync("must not happen")), cancellation);
        var authority = proxy.UrlOf("app").Authority;

        var answer = await ExchangeAsync(proxy, $"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().StartWith("HTTP/1.1 501 ");
    }

    [Test, CancelAfter(Guard)]
    public async Task Head_keeps_the_length_of_what_get_would_bring(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", c =>
            {
                c.Response.ContentLength = 123_456;
                return Task.CompletedTask;
            }),
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"), cancellation);

        answer.Content.Headers.ContentLength.Should().Be(123_456);
        (await answer.Content.ReadAsByteArrayAsync(cancellation)).Should().BeEmpty();
    }

    [TestCase(200, "Fine by me"), TestCase(404, "Not Found"), TestCase(299, "Own"), TestCase(503, "Try later")]
    [CancelAfter(Guard)]
    public async Task Status_and_reason_are_the_apps(int status, string reason, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", c =>
            {
                c.Response.StatusCode = status;
                c.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = reason;
                return c.Response.WriteAsync("body");
            }),
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("/", cancellation);

        ((int)answer.StatusCode).Should().Be(status);
        answer.ReasonPhrase.Should().Be(reason);
        answer.Headers.Contains("AppProxy-Error").Should().BeFalse("it is the app's own answer");
    }

    [TestCase(204), TestCase(304)]
    [CancelAfter(Guard)]
    public async Task Answers_that_have_no_body_end_with_their_head(int status, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", c =>
            {
                c.Response.StatusCode = status;
                c.Response.Headers.ETag = "\"1\"";
                return Task.CompletedTask;
            }),
            cancellation);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.GetAsync("/", cancellation);
            ((int)answer.StatusCode).Should().Be(status);
            answer.Headers.ETag!.Tag.Should().Be("\"1\"");
            (await answer.Content.ReadAsByteArrayAsync(cancellation)).Should().BeEmpty();
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Several_cookies_stay_several_headers(CancellationToken cancellation)
    {
        string[] cookies = ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly", "a=3; Path=/x"];
        var proxy = await StartAsync(
            o => o.Publish("app", c =>
            {
                c.Response.Headers.SetCookie = cookies;
                return Task.CompletedTask;
            }),
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("/", cancellation);

        answer.Headers.GetValues("Set-Cookie").Should().Equal(cookies);
    }

    [Test, CancelAfter(Guard)]
    public async Task Values_of_one_header_keep_their_order(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", c =>
            {
                c.Response.Headers["X-Out"] = Several;
                return c.Response.WriteAsync(string.Join("|", c.Request.Headers["X-In"].ToString().Split(',').Select(v => v.Trim())));
            }),
            cancellation);

        var answer = await ExchangeAsync(
            proxy, $"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nX-In: c\r\nOther: 1\r\nX-In: a\r\nx-in: c\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().Contain("X-Out: 3\r\nX-Out: 1\r\nX-Out: 3\r\nX-Out: 2\r\n").And.Contain("c|a|c");
    }

    [Test, CancelAfter(Guard)]
    public async Task Octets_above_ascii_pass_in_both_directions(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", c =>
            {
                c.Response.Headers["X-Out"] = c.Request.Headers["X-In"];
                return Task.CompletedTask;
            }),
            cancellation);

        var answer = await ExchangeAsync(
            proxy, $"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nX-In: Gr\u00fc\u00dfe \u00ff\u00a0x\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().Contain("X-Out: Gr\u00fc\u00dfe \u00ff\u00a0x\r\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task Large_heads_cross_in_pieces(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.ConnectorSettings["Connector:Apps:app:MaxResponseHeadLength"] = "1048576";
                o.Publish("app", c =>
                {
                    for (var i = 0; i < 20; i++)
                    {
                        c.Response.Headers["X-Out-" + i] = new string((char)('a' + i), 10_000);
                    }

                    return c.Response.WriteAsync(string.Concat(Enumerable.Range(0, 15).Select(i => c.Request.Headers["X-In-" + i].ToString())));
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var request = new HttpRequestMessage(method, "/");
            for (var i = 0; i < 15; i++)
            {
                request.Headers.Add("X-In-" + i, new string((char)('A' + i), 4_000));
            }

            using var answer = await client.SendAsync(request, cancellation);

            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            for (var i = 0; i < 20; i++)
            {
                answer.Headers.GetValues("X-Out-" + i).Single().Should().Be(new string((char)('a' + i), 10_000));
            }

            (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(string.Concat(Enumerable.Range(0, 15).Select(i => new string((char)('A' + i), 4_000))));
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task A_large_head_with_a_body_at_hand_still_crosses(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", async c =>
            {
                using var body = new MemoryStream();
                await c.Request.Body.CopyToAsync(body);
                await c.Response.WriteAsync($"{c.Request.Headers["X-In"].ToString().Length} {body.Length}");
            }),
            cancellation);
        using var client = proxy.CreateClient("app");
        var request = new HttpRequestMessage(HttpMethod.Get, "/?" + new string('q', 5_000)) { Content = new ByteArrayContent(new byte[60_000]) };
        request.Headers.Add("X-In", new string('x', 60_000));

        using var answer = await client.SendAsync(request, cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("60000 60000");
    }

    [Test, CancelAfter(Guard)]
    public async Task Headers_of_one_connection_do_not_cross(CancellationToken cancellation)
    {
        HeaderDictionary? seen = null;
        await using var app = new RawApp(async (connection, stop) =>
        {
            var head = await RawApp.ReadHeadAsync(connection, stop);
            seen = new HeaderDictionary();
            foreach (var line in head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1))
            {
                seen.Append(line.Split(':')[0], line.Split(':', 2)[1].Trim());
            }

            await connection.WriteAsync(
                "HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nProxy-Connection: keep-alive\r\nTrailer: X-T\r\nUpgrade: h2c\r\nX-Stays: 1\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(),
                stop);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);

        // Not together with "close": the server then keeps that one option of the header only.
        await using var client = await proxy.ConnectAsync(cancellation);
        await client.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: X-Secret-Hop\r\nX-Secret-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTE: trailers, deflate\r\nX-Stays: 2\r\n\r\n"),
            cancellation);
        var answer = await ReadUntilAsync(client, "\r\n\r\nok", cancellation);

        seen!.Keys.Should().NotContain(["X-Secret-Hop", "Keep-Alive", "Proxy-Connection", "TE", "Connection", "Upgrade"]).And.Contain("X-Stays");
        answer.Should().Contain("X-Stays: 1").And.NotContain("X-Hop").And.NotContain("Keep-Alive").And.NotContain("Proxy-Connection").And.NotContain("h2c");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_gets_its_own_host_unless_told_otherwise([Values] bool translated, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Publishing["isTranslateHostHeaderEnabled"] = translated;
                o.Publish("app", c => c.Response.WriteAsync(c.Request.Host.Value!));
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetStringAsync("/", cancellation)).Should().Be(translated ? proxy.InternalUrlOf("app").Authority : proxy.UrlOf("app").Authority);
    }

    [Test, CancelAfter(Guard)]
    public async Task Only_we_say_where_a_request_came_from(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", c => c.Response.WriteAsync(string.Join(
                "\n", c.Request.Headers.Where(h => h.Key.Contains("Forwarded", StringComparison.OrdinalIgnoreCase)).Select(h => $"{h.Key}={h.Value}").Order(StringComparer.Ordinal)))),
            cancellation);
        using var client = proxy.CreateClient("app");
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        foreach (var name in new[] { "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded" })
        {
            request.Headers.TryAddWithoutValidation(name, "forged");
        }

        using var answer = await client.SendAsync(request, cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Split('\n').Should().Equal(
            $"Forwarded=for=127.0.0.1;host=\"{proxy.UrlOf("app").Authority}\";proto=http", "X-Forwarded-For=127.0.0.1", $"X-Forwarded-Host={proxy.UrlOf("app").Authority}", "X-Forwarded-Proto=http");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_range_is_answered_by_the_app(CancellationToken cancellation)
    {
        var body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => i.ToString("D4", CultureInfo.InvariantCulture))));
        var proxy = await StartAsync(
            o => o.Publish("app", c => Results.Bytes(body, "application/x", enableRangeProcessing: true).ExecuteAsync(WithServices(c))), cancellation);
        using var client = proxy.CreateClient("app");
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Range = new RangeHeaderValue(40, 47);

        using var answer = await client.SendAsync(request, cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        answer.Content.Headers.ContentRange!.ToString().Should().Be("bytes 40-47/4000");
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("00100011");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_expects_to_be_asked_for_its_body_is_asked(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", async c => await c.Response.WriteAsync(
                $"{c.Request.Headers.Expect.Count} {await new StreamReader(c.Request.Body).ReadToEndAsync()}")),
            cancellation);
        await using var connection = await proxy.ConnectAsync(cancellation);
        await connection.WriteAsync(
            Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"),
            cancellation);

        (await ReadUntilAsync(connection, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 100 Continue");
        await connection.WriteAsync("body"u8.ToArray(), cancellation);
        (await ReadToEndAsync(connection, cancellation)).Should().StartWith("HTTP/1.1 200 OK").And.Contain("1 body");
    }

    [TestCase("/a%2Fb/%41%e4?x=%2F&y=a+b&&z"), TestCase("//two//slashes"), TestCase("/semi;colon=1,2/(x)'!$*"), TestCase("/?"), TestCase("/a?b?c#d"),
     TestCase("/%C3%A4%20%7e"), TestCase("/back\\slash")]
    [CancelAfter(Guard)]
    public async Task A_target_arrives_octet_by_octet(string target, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", c => c.Response.WriteAsync("<" + c.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget + ">")), cancellation);

        var answer = await ExchangeAsync(
            proxy, $"GET {target} HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().Contain("<" + target + ">");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_published_path_becomes_the_apps_path(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", "/hr/", "/intern/", c => c.Response.WriteAsync(
                c.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget + " " + c.Request.Headers["X-Forwarded-Prefix"])),
            cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetStringAsync("/hr/a%2Fb?c=%2F", cancellation)).Should().Be("/intern/a%2Fb?c=%2F /hr");
        (await client.GetStringAsync("/hr?q", cancellation)).Should().Be("/intern/?q /hr");
        using var outside = await client.GetAsync("/hrx/", cancellation);
        outside.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [TestCase("/hr/..%2fadmin", 400), TestCase("/hr/x%5C%2e.%5c..%5cadmin", 400), TestCase("/hr/.%2F..", 400),
     TestCase("/hr/..;a=1/admin", 400), TestCase("/hr/%2e%2e;/admin", 400), TestCase("/hr/a%2Fb/../../admin", 404), TestCase("/hr/a%2Fb/../x/../..%2Fadmin", 400), TestCase("/hr/a//../../admin", 400),
     TestCase("/x/../hr/../admin", 404), TestCase("/./hr/a", 400), TestCase("/x/../hr/a", 400), TestCase("/hr/..\\admin", 400), TestCase("/hr/%2e%2e/admin", 404), TestCase("/hr/../admin", 404),
     TestCase("/hr/%u002e%u002E/admin", 400), TestCase("/hr/..%u002fadmin", 400), TestCase("/hr/x%u005C.%u002e%U005c..%u005cadmin", 400)]
    [CancelAfter(Guard)]
    public async Task A_published_path_is_not_left_by_dots(string target, int status, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", "/hr/", "/intern/", c => c.Response.WriteAsync("the app got " + c.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)), cancellation);

        var answer = await ExchangeAsync(
            proxy, $"GET {target} HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().StartWith($"HTTP/1.1 {status} ").And.NotContain("the app got");
    }

    [TestCase("/hr/a/../b"), TestCase("/hr/a/%2e%2e/b;m=1/./c"), TestCase("/hr//a//b/"), TestCase("/hr/.well-known/..."), TestCase("/hr/a/%u002e%u002e/%u4F60/100%un"), TestCase("/hr/caf%E9/%u00")]
    [CancelAfter(Guard)]
    public async Task Dots_that_stay_below_the_published_path_are_the_apps_business(string target, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", "/hr/", "/intern/", c => c.Response.WriteAsync("<" + c.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget + ">")), cancellation);

        var answer = await ExchangeAsync(
            proxy, $"GET {target} HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().Contain("<" + target.Replace("/hr/", "/intern/", StringComparison.Ordinal) + ">");
    }

    [TestCase("/../admin"), TestCase("/%2e%2e/admin"), TestCase("/a/..%5c..%5cadmin"), TestCase("/%u002e%u002e/admin")]
    [CancelAfter(Guard)]
    public async Task The_internal_path_is_not_left_by_dots_either(string target, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", "/", "/intern/", c => c.Response.WriteAsync("must not happen")), cancellation);

        var answer = await ExchangeAsync(
            proxy, $"GET {target} HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().StartWith("HTTP/1.1 400 ");
    }

    [Test, CancelAfter(Guard)]
    public async Task Bodies_of_known_and_unknown_length_arrive_whole([Values] bool chunked, [Values(0, 1, 300_000, 3_000_000)] int length, CancellationToken cancellation)
    {
        var body = new byte[length];
        new Random(length).NextBytes(body);
        var proxy = await StartAsync(
            o => o.Publish("app", async c =>
            {
                c.Response.Headers["X-Length"] = c.Request.ContentLength?.ToString(CultureInfo.InvariantCulture) ?? "none";
                using var all = new MemoryStream();
                await c.Request.Body.CopyToAsync(all);
                await c.Response.Body.WriteAsync(all.ToArray());
            }),
            cancellation);
        using var client = proxy.CreateClient("app");
        var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = chunked;

        using var answer = await client.SendAsync(request, cancellation);

        answer.Headers.GetValues("X-Length").Single().Should().Be(chunked ? "none" : length.ToString(CultureInfo.InvariantCulture));
        (await answer.Content.ReadAsByteArrayAsync(cancellation)).AsSpan().SequenceEqual(body).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Trailers_of_a_response_follow_its_body([Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol front, [Values] bool isHttp2App, CancellationToken cancellation)
    {
        await using var http1App = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n"u8.ToArray(), stop);
        });
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", http1App.Url);
                if (isHttp2App)
                {
                    o.Publish("app", TestProtocol.Http2, async c =>
                    {
                        await c.Response.WriteAsync("body");
                        c.Response.AppendTrailer("X-Sum", "42");
                    });
                }
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("/", cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("body");

        answer.TrailingHeaders.Select(trailer => trailer.Key.ToUpperInvariant()).Should().Equal("X-SUM");
    }

    [Test, CancelAfter(Guard)]
    public async Task Every_protocol_meets_every_other([Values] TestProtocol front, [Values] TestProtocol back, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", back, async c =>
                {
                    c.Response.Headers["X-Protocol"] = c.Request.Protocol;
                    c.Response.Headers["X-Proto"] = c.Request.Headers["X-Forwarded-Proto"];
                    await c.Request.Body.CopyToAsync(c.Response.Body);
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var body = new byte[1_000_000];
        new Random(1).NextBytes(body);

        using var got = await client.GetAsync("/", cancellation);
        using var posted = await client.PostAsync("/", new ByteArrayContent(body), cancellation);

        var version = front is TestProtocol.Http2 or TestProtocol.Https2 ? HttpVersion.Version20 : HttpVersion.Version11;
        var protocol = back is TestProtocol.Http2 or TestProtocol.Https2 ? "HTTP/2" : "HTTP/1.1";
        foreach (var answer in new[] { got, posted })
        {
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            answer.Version.Should().Be(version);
            answer.Headers.GetValues("X-Protocol").Single().Should().Be(protocol);
            answer.Headers.GetValues("X-Proto").Single().Should().Be(front is TestProtocol.Https1 or TestProtocol.Https2 ? "https" : "http");
        }

        (await posted.Content.ReadAsByteArrayAsync(cancellation)).AsSpan().SequenceEqual(body).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_large_response_arrives_whatever_carries_it([Values] TestTransport transport, CancellationToken cancellation)
    {
        var body = new byte[3_000_000];
        new Random(1).NextBytes(body);
        var proxy = await StartAsync(
            o =>
            {
                o.Transport = transport;
                o.Publish("app", c =>
                {
                    c.Response.ContentLength = body.Length;
                    return c.Response.Body.WriteAsync(body).AsTask();
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < 20; i++)
        {
            (await client.GetByteArrayAsync("/", cancellation)).AsSpan().SequenceEqual(body).Should().BeTrue();
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_that_answers_before_it_has_read_the_body_is_heard([Values] TestProtocol back, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", back, c =>
            {
                c.Response.StatusCode = 413;
                return c.Response.WriteAsync("too much");
            }),
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.PostAsync("/", new ByteArrayContent(new byte[20_000_000]), cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("too much");
    }

    private static DefaultHttpContext Services { get; } = new();

    private static HttpContext WithServices(HttpContext context)
    {
        context.RequestServices ??= Services.RequestServices;
        return context;
    }

    [Test, CancelAfter(Guard)]
    public Task An_app_that_refuses_a_body_that_nobody_has_begun_to_send_is_heard([Values(TestProtocol.Http2, TestProtocol.Https2)] TestProtocol back, CancellationToken cancellation) =>
        RefuseBodyNobodySendsAsync(back, cancellation);

    [Test, CancelAfter(Guard)]
    public Task An_app_that_refuses_a_body_that_nobody_has_begun_to_send_is_heard_over_http1([Values(TestProtocol.Http1, TestProtocol.Https1)] TestProtocol back, CancellationToken cancellation) =>
        RefuseBodyNobodySendsAsync(back, cancellation);

    private async Task RefuseBodyNobodySendsAsync(TestProtocol back, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o => o.Publish("app", back, static c =>
            {
                c.Response.StatusCode = 401;
                return Task.CompletedTask;
            }),
            cancellation);
        await using var client = await proxy.ConnectAsync(cancellation);

        await client.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nContent-Length: 100\r\n\r\n"), cancellation);

        (await ReadUntilAsync(client, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 401 ");
    }
}

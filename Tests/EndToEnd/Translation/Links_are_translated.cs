using System.IO.Compression;
using System.Net;
using System.Text;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Translation;

public sealed class Links_are_translated : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task A_pages_links_stay_outside_in_whatever_coding_it_comes(
        [Values(TestProtocol.Http1, TestProtocol.Https2)] TestProtocol front, [Values("", "gzip", "x-gzip", "deflate", "raw-deflate", "br")] string coding, [Values(1, 20_000)] int links, CancellationToken cancellation)
    {
        var proxy = await StartPageAsync(
            front,
            async context =>
            {
                context.Response.ContentType = "text/html; charset=iso-8859-1";
                context.Response.Headers.ETag = "\"abc\"";
                context.Response.Headers["Content-Digest"] = "sha-256=:x:";
                context.Response.Headers.AcceptRanges = "bytes";
                var body = Encode(coding, Page(Origin(context), links));
                if (coding.Length > 0)
                {
                    context.Response.Headers.ContentEncoding = coding == "raw-deflate" ? "deflate" : coding;
                }

                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("", cancellation);
        var octets = await answer.Content.ReadAsByteArrayAsync(cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.OK, "it said {0}", Encoding.UTF8.GetString(octets));
        Decode(coding, octets).Should().Equal(Page(proxy.UrlOf("app").GetLeftPart(UriPartial.Authority), links));
        answer.Headers.NonValidated["ETag"].ToString().Should().MatchRegex("^\"abc~t1[0-9a-f]{8}00\"$");
        answer.Headers.Contains("Content-Digest").Should().BeFalse();
        answer.Headers.AcceptRanges.Should().Equal("none");
        if (links == 1)
        {
            answer.Content.Headers.ContentLength.Should().Be(octets.Length);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task A_piece_of_a_page_is_seen_when_it_is_written([Values("", "gzip", "br")] string coding, CancellationToken cancellation)
    {
        using var goOn = new SemaphoreSlim(0);
        var proxy = await StartPageAsync(
            TestProtocol.Http1,
            async context =>
            {
                context.Response.ContentType = "text/html";
                context.Response.Headers.ContentEncoding = coding.Length > 0 ? coding : default(string);
                await using var body = Encoder(coding, context.Response.Body);
                for (var i = 0; i < 3; i++)
                {
                    await body.WriteAsync(Encoding.ASCII.GetBytes($"<p>{i}<a href='{Origin(context)}/'>x</a>"), context.RequestAborted);
                    await body.FlushAsync(context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                    await goOn.WaitAsync(context.RequestAborted);
                }
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("", HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        await using var decoded = Decoder(coding, stream);
        var origin = proxy.UrlOf("app").GetLeftPart(UriPartial.Authority);
        for (var i = 0; i < 3; i++)
        {
            (await ReadUntilAsync(decoded, "</a>", cancellation)).Should().Be($"<p>{i}<a href='{origin}/'>x</a>");
            goOn.Release();
        }

        (await decoded.ReadAsync(new byte[1], cancellation)).Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task An_event_arrives_when_it_is_sent(CancellationToken cancellation)
    {
        using var goOn = new SemaphoreSlim(0);
        var proxy = await StartAsync(
            o =>
            {
                o.Publishing["isTranslateLinksInBodyEnabled"] = true;
                o.Relay["linkTranslation"] = new { eventStreams = true };
                o.Publish("app", async context =>
                {
                    context.Response.ContentType = "text/event-stream";
                    for (var i = 0; i < 3; i++)
                    {
                        await context.Response.WriteAsync($"data: {{\"url\":\"{Origin(context)}/{i}\"}}\n\n", context.RequestAborted);
                        await context.Response.Body.FlushAsync(context.RequestAborted);
                        await goOn.WaitAsync(context.RequestAborted);
                    }
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        await using var stream = await client.GetStreamAsync(new Uri("", UriKind.Relative), cancellation);
        for (var i = 0; i < 3; i++)
        {
            (await ReadUntilAsync(stream, "\n\n", cancellation)).Should().Be($"data: {{\"url\":\"{new Uri(proxy.UrlOf("app"), $"/{i}")}\"}}\n\n");
            goOn.Release();
        }
    }

    [TestCase("image/png", "")]
    [TestCase("application/json", "")]
    [TestCase("text/javascript", "")]
    [TestCase("text/html; charset=utf-16", "")]
    [TestCase("text/html", "zstd")]
    [TestCase("text/html", "gzip, br")]
    [TestCase("text/html", "", "private, no-transform")]
    [TestCase("text/html", "", "", 206)]
    [CancelAfter(Guard)]
    public async Task What_is_not_to_be_translated_arrives_octet_by_octet(string type, string coding, string cacheControl = "", int status = 200, CancellationToken cancellation = default)
    {
        var body = "<a href='http://app.invalid/'>"u8.ToArray();
        var proxy = await StartPageAsync(
            TestProtocol.Http1,
            async context =>
            {
                body = Encoding.ASCII.GetBytes($"<a href='{Origin(context)}/'>");
                context.Response.StatusCode = status;
                context.Response.ContentType = type;
                context.Response.Headers.ETag = "\"abc\"";
                context.Response.Headers.ContentEncoding = coding.Length > 0 ? coding : default(string);
                context.Response.Headers.CacheControl = cacheControl.Length > 0 ? cacheControl : default(string);
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("", cancellation);

        (await answer.Content.ReadAsByteArrayAsync(cancellation)).Should().Equal(body);
        answer.Headers.NonValidated["ETag"].ToString().Should().Be("\"abc\"");
        answer.Content.Headers.ContentLength.Should().Be(body.Length);
    }

    [Test, CancelAfter(Guard)]
    public async Task Pages_in_utf_16_that_do_not_say_so_stay([Values] bool isBigEndian, CancellationToken cancellation)
    {
        var page = new UnicodeEncoding(isBigEndian, byteOrderMark: true) is var encoding ? encoding.GetPreamble().Concat(encoding.GetBytes("<a href='/'>x</a>")).ToArray() : [];
        var proxy = await StartPageAsync(TestProtocol.Http1, context => Html(context).Body.WriteAsync(page).AsTask(), cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetByteArrayAsync(new Uri("", UriKind.Relative), cancellation)).Should().Equal(page);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_condition_reaches_the_app_in_its_own_tags(CancellationToken cancellation)
    {
        var proxy = await StartPageAsync(
            TestProtocol.Http1,
            async context =>
            {
                var headers = context.Request.Headers;
                context.Response.Headers.ETag = "W/\"abc\"";
                context.Response.Headers["X-Seen"] = $"{headers.IfNoneMatch}|{headers.IfMatch}|{headers.Range}|{headers.IfRange}|{headers.AcceptEncoding}";
                if (headers.IfNoneMatch.ToString().Contains("\"abc\"", StringComparison.Ordinal))
                {
                    context.Response.StatusCode = StatusCodes.Status304NotModified;
                    return;
                }

                await Html(context).WriteAsync("<p>");
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var first = await client.GetAsync("", cancellation);
        var tag = first.Headers.NonValidated["ETag"].ToString();

        var request = new HttpRequestMessage(HttpMethod.Get, "");
        request.Headers.TryAddWithoutValidation("If-None-Match", $"\"x\", {tag}");
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        request.Headers.TryAddWithoutValidation("If-Range", tag);
        request.Headers.TryAddWithoutValidation("Range", "bytes=5-");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, zstd;q=0.5, br");
        using var second = await client.SendAsync(request, cancellation);

        tag.Should().StartWith("W/\"abc~t1");
        second.StatusCode.Should().Be(HttpStatusCode.NotModified);
        second.Headers.GetValues("X-Seen").Should().Equal("\"x\", W/\"abc\"|W/\"abc\"|||gzip, br");
        second.Headers.NonValidated["ETag"].ToString().Should().Be(tag, "the client's copy is the translated one");
    }

    [Test, CancelAfter(Guard)]
    public async Task Head_says_of_a_page_what_get_does(CancellationToken cancellation)
    {
        var proxy = await StartPageAsync(
            TestProtocol.Http1,
            context =>
            {
                Html(context).ContentLength = 5;
                context.Response.Headers.ETag = "\"abc\"";
                return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync("<p>ab");
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, ""), cancellation);
        using var get = await client.GetAsync("", cancellation);

        head.Content.Headers.ContentLength.Should().BeNull("the app's is not the page's");
        head.Headers.NonValidated["ETag"].ToString().Should().Be(get.Headers.NonValidated["ETag"].ToString());
        (await get.Content.ReadAsStringAsync(cancellation)).Should().Be("<p>ab");
    }

    [TestCase("gzip", "not gzip")]
    [TestCase("br", "not brotli, at all")]
    [CancelAfter(Guard)]
    public async Task A_coding_that_is_none_is_the_apps_fault(string coding, string body, CancellationToken cancellation)
    {
        var proxy = await StartPageAsync(
            TestProtocol.Http1,
            context =>
            {
                Html(context).Headers.ContentEncoding = coding;
                return context.Response.WriteAsync(body);
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("", cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("app-response-invalid");
    }

    [Test, CancelAfter(Guard)]
    public async Task Trailers_follow_a_translated_page([Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol front, [Values] bool isLong, CancellationToken cancellation)
    {
        var proxy = await StartPageAsync(
            front,
            async context =>
            {
                Html(context);
                context.Response.DeclareTrailer("X-Sum");
                await context.Response.WriteAsync(isLong ? new string('x', 300_000) : "<p>", context.RequestAborted);
                context.Response.AppendTrailer("X-Sum", "42");
            },
            cancellation,
            back: TestProtocol.Http2);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("", cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().HaveLength(isLong ? 300_000 : 3);
        answer.TrailingHeaders.GetValues("X-Sum").Should().Equal("42");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_page_that_breaks_off_does_so_for_the_client(CancellationToken cancellation)
    {
        var proxy = await StartPageAsync(
            TestProtocol.Http1,
            async context =>
            {
                await Html(context).WriteAsync("<p>begun");
                await context.Response.Body.FlushAsync();
                context.Abort();
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        var read = () => client.GetStringAsync(new Uri("", UriKind.Relative), cancellation);

        await read.Should().ThrowAsync<HttpRequestException>();
    }

    private Task<TestEnvironment> StartPageAsync(TestProtocol front, RequestDelegate app, CancellationToken cancellation, TestProtocol back = TestProtocol.Http1) => StartAsync(
        o =>
        {
            o.Front = front;
            o.Publishing["isTranslateLinksInBodyEnabled"] = true;
            o.Publish("app", back, app);
        },
        cancellation);

    private static HttpResponse Html(HttpContext context)
    {
        context.Response.ContentType = "text/html";
        return context.Response;
    }

    private static string Origin(HttpContext context) => $"{context.Request.Scheme}://{context.Request.Host}";

    private static byte[] Page(string origin, int links)
        => Encoding.Latin1.GetBytes($"<!doctype html><title>Grüße</title>{string.Concat(Enumerable.Range(0, links).Select(i => $"<a href=\"{origin}/{i}\" class=x>{i}</a>\n"))}<p style='background:url({origin}/a.png)'>http://app.invalid/");

    private static Stream Encoder(string coding, Stream output) => coding switch
    {
        "gzip" or "x-gzip" => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true),
        "raw-deflate" => new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true),
        "br" => new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true),
        _ => new BufferedStream(output, 1),
    };

    private static Stream Decoder(string coding, Stream input) => coding switch
    {
        "gzip" or "x-gzip" => new GZipStream(input, CompressionMode.Decompress),
        "deflate" => new ZLibStream(input, CompressionMode.Decompress),
        "raw-deflate" => new DeflateStream(input, CompressionMode.Decompress),
        "br" => new BrotliStream(input, CompressionMode.Decompress),
        _ => input,
    };

    private static byte[] Encode(string coding, byte[] body)
    {
        using var output = new MemoryStream();
        using (var encoder = coding.Length == 0 ? output : Encoder(coding, output))
        {
            encoder.Write(body);
            encoder.Flush();
            if (coding.Length == 0)
            {
                return output.ToArray();
            }
        }

        return output.ToArray();
    }

    private static byte[] Decode(string coding, byte[] body)
    {
        using var output = new MemoryStream();
        using var decoder = Decoder(coding, new MemoryStream(body));
        decoder.CopyTo(output);
        return output.ToArray();
    }
}

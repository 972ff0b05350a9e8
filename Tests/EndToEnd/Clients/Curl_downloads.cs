using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

public sealed class Curl_downloads : CurlTest
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(3_000_000);
    private static readonly DateTimeOffset Changed = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Test, CancelAfter(Guard)]
    public async Task With_http_1_0([Values] bool announced, CancellationToken cancellation)
    {
        var curl = await StartAsync(
            async context =>
            {
                context.Response.ContentLength = announced ? Content.Length : null;
                await context.Response.Body.WriteAsync(Content);
                await context.Response.Body.FlushAsync();
            },
            cancellation);

        // A client of HTTP/1.0 knows no chunks: an unannounced end is the connection's.
        var said = await curl.RunAsync(cancellation, "--http1.0", "--output", "got", "--dump-header", "-", "{url}/");

        curl.Read("got").Should().Equal(Content);
        said.Should().NotContain("chunked");
    }

    [Test, CancelAfter(Guard)]
    public async Task With_http_2([Values(TestProtocol.Http2, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(front, SendContentAsync, cancellation);

        (await curl.RunAsync(cancellation, VersionFor(front), "--output", "got", "--write-out", "%{http_version}", "{url}/")).Should().Be("2");

        curl.Read("got").Should().Equal(Content);
    }

    [Test, CancelAfter(Guard)]
    public async Task With_an_offered_upgrade_to_http_2([Values] bool post, CancellationToken cancellation)
    {
        var curl = await StartAsync(AnswerDigestAsync, cancellation);

        var said = await curl.RunAsync(cancellation, ["--http2", .. post ? (string[])["--data", "body"] : [], "--write-out", " %{http_version}", "{url}/"]);

        said.Should().Be(post ? $"POST length 4 {Digest("body"u8.ToArray())} 1.1" : $"GET  {Digest([])} 1.1");
    }

    [Test, CancelAfter(Guard)]
    public async Task What_the_app_compressed([Values("gzip", "br")] string encoding, CancellationToken cancellation)
    {
        var curl = await StartAsync(
            async context =>
            {
                context.Request.Headers.AcceptEncoding.ToString().Should().Contain(encoding);
                context.Response.Headers.ContentEncoding = encoding;
                await using Stream compressor = encoding == "gzip"
                    ? new GZipStream(context.Response.Body, CompressionLevel.Fastest)
                    : new BrotliStream(context.Response.Body, CompressionLevel.Fastest);
                await compressor.WriteAsync(Content);
            },
            cancellation);

        await curl.RunAsync(cancellation, "--compressed", "--output", "got", "{url}/");
        await curl.RunAsync(cancellation, "--header", "Accept-Encoding: " + encoding, "--output", "raw", "{url}/");

        curl.Read("got").Should().Equal(Content);
        curl.Read("raw").Should().NotEqual(Content);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_rest_of_what_it_has([Values] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(front, SendContentAsync, cancellation);
        curl.Write("got", Content[..1_234_567]);

        await curl.RunAsync(cancellation, VersionFor(front), "--continue-at", "-", "--output", "got", "{url}/");

        curl.Read("got").Should().Equal(Content);
    }

    [TestCase("0-9", 0, 10), TestCase("-100", 2_999_900, 3_000_000), TestCase("2999999-", 2_999_999, 3_000_000)]
    [CancelAfter(Guard)]
    public async Task A_range(string range, int from, int to, CancellationToken cancellation)
    {
        var curl = await StartAsync(SendContentAsync, cancellation);

        (await curl.RunAsync(cancellation, "--range", range, "--output", "got", "--write-out", "%{http_code}", "{url}/")).Should().Be("206");

        curl.Read("got").Should().Equal(Content[from..to]);
    }

    [Test, CancelAfter(Guard)]
    public async Task Nothing_that_it_has_already(CancellationToken cancellation)
    {
        var curl = await StartAsync(SendContentAsync, cancellation);
        await curl.RunAsync(cancellation, "--etag-save", "tag", "--output", "got", "{url}/");

        (await curl.RunAsync(cancellation, "--etag-compare", "tag", "--output", "again", "--write-out", "%{http_code} %{size_download}", "{url}/")).Should().Be("304 0");
        (await curl.RunAsync(cancellation, "--time-cond", "20260103", "--output", "again", "--write-out", "%{http_code} %{size_download}", "{url}/")).Should().Be("304 0");
    }

    [Test, CancelAfter(Guard)]
    public async Task Only_the_head([Values] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(front, SendContentAsync, cancellation);

        var head = await curl.RunAsync(cancellation, VersionFor(front), "--head", "{url}/");

        head.Should().MatchRegex("(?i)content-length: 3000000").And.MatchRegex("(?i)etag: \"v1\"");
    }

    [Test, CancelAfter(Guard)]
    public async Task Fifty_at_once_over_one_connection_or_several([Values] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(front, context => context.Response.WriteAsync("<" + context.Request.Path + ">\n"), cancellation);

        // Made to wait for a connection to share, curl 7.88 fails at HTTP/2 without TLS, whatever the server.
        string[] connections = front == TestProtocol.Http2 ? ["--parallel-immediate"] : [];
        var said = await curl.RunAsync(
            cancellation, [VersionFor(front), "--parallel", "--parallel-max", "50", .. connections, "{url}/[1-50]"]);

        said.Split('\n').Should().BeEquivalentTo(Enumerable.Range(1, 50).Select(static number => $"</{number}>"));
    }

    [Test, CancelAfter(Guard)]
    public async Task One_after_the_other_over_one_connection(
        [Values(TestProtocol.Http1, TestProtocol.Https1, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        // Not HTTP/2 without TLS: there curl 7.88 can't use a connection twice, whatever the server.
        var curl = await StartAsync(front, context => context.Response.WriteAsync(context.Request.Path), cancellation);

        var said = await curl.RunAsync(cancellation, VersionFor(front), "--write-out", " %{num_connects}\n", "{url}/[1-5]");

        said.Split('\n').Should().Equal("/1 1", "/2 0", "/3 0", "/4 0", "/5 0");
    }

    [Test, CancelAfter(Guard)]
    public async Task Until_its_time_is_over([Values] TestProtocol front, CancellationToken cancellation)
    {
        var aborted = new Signal();
        var curl = await StartAsync(
            front,
            async context =>
            {
                context.RequestAborted.Register(aborted.Set);
                await context.Response.WriteAsync("begun");
                await context.Response.Body.FlushAsync();
                await aborted.WaitAsync(CancellationToken.None);
            },
            cancellation);

        const int TimedOut = 28;
        (await curl.RunAsync(TimedOut, cancellation, VersionFor(front), "--no-buffer", "--max-time", "1", "{url}/")).Should().Be("begun");

        await aborted.WaitAsync(cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task No_more_than_it_wants(CancellationToken cancellation)
    {
        var aborted = new Signal();
        var curl = await StartAsync(
            async context =>
            {
                context.RequestAborted.Register(aborted.Set);
                context.Response.ContentLength = long.MaxValue;
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(Content, context.RequestAborted);
                }
            },
            cancellation);

        const int FileTooLarge = 63;
        await curl.RunAsync(FileTooLarge, cancellation, "--max-filesize", Content.Length.ToString(CultureInfo.InvariantCulture), "--output", "got", "{url}/");

        await aborted.WaitAsync(cancellation);
    }

    private static Task SendContentAsync(HttpContext context)
    {
        context.RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider();
        return Results.Bytes(
            Content, "application/octet-stream", enableRangeProcessing: true, lastModified: Changed, entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue("\"v1\""))
            .ExecuteAsync(context);
    }
}

using System.Security.Cryptography;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

public sealed class Curl_uploads : CurlTest
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(5_000_000);

    [Test, CancelAfter(Guard)]
    public async Task A_file_of_known_length([Values] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(front, AnswerDigestAsync, cancellation);
        curl.Write("upload", Content);

        (await curl.RunAsync(cancellation, VersionFor(front), "--upload-file", "upload", "{url}/")).Should().Be($"PUT length {Content.Length} {Digest(Content)}");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_pipe_of_unknown_length([Values] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(front, AnswerDigestAsync, cancellation);
        curl.Write("upload", Content);
        var piped = curl.StartAfter("upload", VersionFor(front), "--upload-file", "-", "{url}/");

        (await Curl.WaitAsync(piped, 0, cancellation)).Should().Be($"PUT chunked {Digest(Content)}");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_body_that_waits_to_be_asked_for(CancellationToken cancellation)
    {
        var curl = await StartAsync(AnswerDigestAsync, cancellation);
        curl.Write("upload", Content);

        // Not asked it would give in only after a minute, long after this test's limit.
        (await curl.RunAsync(
            cancellation, "--http1.1", "--header", "Expect: 100-continue", "--expect100-timeout", "60", "--data-binary", "@upload", "{url}/"))
            .Should().Be($"POST length {Content.Length} {Digest(Content)}");
    }

    [TestCase(TestProtocol.Http1), TestCase(TestProtocol.Http2)]
    [CancelAfter(Guard)]
    public async Task A_body_that_comes_back_while_it_goes_out(TestProtocol back, CancellationToken cancellation)
    {
        const int More = 8;
        var app = new EchoApp();
        var proxy = await StartAsync(o => o.Publish("app", back, app.AnswerAsync), cancellation);
        var curl = Use(new Curl(proxy));

        // More than all buffers on the way can hold.
        var large = Enumerable.Repeat(Content, More).SelectMany(static content => content).ToArray();
        curl.Write("upload", large);

        await curl.RunAsync(cancellation, "--data-binary", "@upload", "--output", "got", "{url}/echo");

        Digest(curl.Read("got")).Should().Be(Digest(large));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_form_with_a_file([Values] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(
            front,
            async context =>
            {
                var form = await context.Request.ReadFormAsync();
                var file = form.Files.Single();
                using var content = new MemoryStream();
                await file.CopyToAsync(content);
                await context.Response.WriteAsync($"{form["who"]} {file.Name} {file.FileName} {file.ContentType} {Digest(content.ToArray())}");
            },
            cancellation);
        curl.Write("upload", Content);

        (await curl.RunAsync(cancellation, VersionFor(front), "--form", "who=Gr\u00fc\u00dfe", "--form", "file=@upload;type=application/x-test;filename=\"a b.bin\"", "{url}/"))
            .Should().Be($"Gr\u00fc\u00dfe file a b.bin application/x-test {Digest(Content)}");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_body_of_a_get(CancellationToken cancellation)
    {
        var curl = await StartAsync(AnswerDigestAsync, cancellation);

        (await curl.RunAsync(cancellation, "--request", "GET", "--data", "query", "{url}/")).Should().Be($"GET length 5 {Digest("query"u8.ToArray())}");
    }

    /// <summary>Not over HTTP/2: where the answer and the reset behind it come together, curl 7.88 forgets the answer, of plain Kestrel's too.</summary>
    [Test, CancelAfter(Guard)]
    public async Task A_body_that_the_app_refuses_unread(
        [Values(TestProtocol.Http1, TestProtocol.Https1)] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(
            front,
            context =>
            {
                context.Response.StatusCode = 413;
                return context.Response.WriteAsync("too much");
            },
            cancellation);
        curl.Write("upload", Content);

        (await curl.RunAsync(cancellation, VersionFor(front), "--upload-file", "upload", "--write-out", " %{http_code}", "{url}/")).Should().Be("too much 413");
    }
}

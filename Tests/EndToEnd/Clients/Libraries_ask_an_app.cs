using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using AppProxy.Testing;
using AppProxy.Tests.Architecture;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

/// <summary>The HTTP clients that come with languages, as they are set when nobody sets anything.</summary>
public sealed class Libraries_ask_an_app : EndToEndTest
{
    private readonly EchoApp _app = new();

    [Test, CancelAfter(30_000)]
    public async Task Node_fetch([Values(TestProtocol.Http1, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        var proxy = await StartAsync(front, cancellation);

        await using var run = StartNode(proxy, "usual");

        await ShouldPassAsync(run, cases: 9, cancellation);
        await _app.Aborted.WaitAsync(cancellation);
    }

    [TestCase(TestProtocol.Http1), TestCase(TestProtocol.Http2)]
    [CancelAfter(30_000)]
    public async Task Node_fetch_in_both_directions_at_once(TestProtocol back, CancellationToken cancellation)
    {
        var proxy = await StartAsync(TestProtocol.Http1, cancellation, back);

        await using var run = StartNode(proxy, "duplex");

        await ShouldPassAsync(run, cases: 1, cancellation);
    }

    [TestCase(TestProtocol.Http1, "HTTP_1_1"), TestCase(TestProtocol.Http1, "HTTP_2"), TestCase(TestProtocol.Https2, "HTTP_2")]
    [CancelAfter(60_000)]
    public async Task Java_HttpClient(TestProtocol front, string version, CancellationToken cancellation)
    {
        var java = RequiredProgram.Find("java", "default-jdk-headless");
        using var folder = new WorkingFolder();
        var proxy = await StartAsync(front, cancellation);
        folder.Write("hosts", $"127.0.0.1 {proxy.UrlOf("app").Host}\n");

        await using var run = RunningProgram.Start(
            java, ["-Djdk.net.hosts.file=" + Path.Combine(folder.Path, "hosts"), Script("Ask.java"), proxy.UrlOf("app").ToString(), version], folder.Path);

        await ShouldPassAsync(run, cases: 8, cancellation);
        await _app.Aborted.WaitAsync(cancellation);
    }

    [Test, CancelAfter(60_000)]
    public async Task Dotnet_HttpClient([Values] TestProtocol front, CancellationToken cancellation)
    {
        var proxy = await StartAsync(front, cancellation);
        using var handler = LoopbackClient.CreateHandler();
        handler.AllowAutoRedirect = true;
        handler.UseCookies = true;
        handler.AutomaticDecompression = DecompressionMethods.All;
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) =>
            certificate?.GetCertHashString() == TestCertificate.Instance.GetCertHashString();
        using var client = new HttpClient(handler) { BaseAddress = proxy.UrlOf("app") };
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = front == TestProtocol.Http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;

        (await client.GetByteArrayAsync("/gzip", cancellation)).Should().HaveCount(100_000);
        (await client.GetStringAsync("/cookie", cancellation)).Should().BeEmpty();
        (await client.GetStringAsync("/cookie", cancellation)).Should().Be("visit=1");
        using var kept = await client.PostAsync("/redirect?keep", new StringContent("kept"), cancellation);
        (await kept.Content.ReadAsStringAsync(cancellation)).Should().Be("kept");
        kept.Version.Should().Be(front is TestProtocol.Http2 or TestProtocol.Https2 ? HttpVersion.Version20 : HttpVersion.Version11);
        await ShouldTakeFormAsync(client, cancellation);
        var sizes = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i => (await client.GetByteArrayAsync($"/bytes?count={i * 1000}", cancellation)).Length));
        sizes.Should().Equal(Enumerable.Range(0, 100).Select(static i => i * 1000));

        using (var held = await client.GetAsync("/hold", HttpCompletionOption.ResponseHeadersRead, cancellation))
        {
            held.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await _app.Aborted.WaitAsync(cancellation);
    }

    private static async Task ShouldPassAsync(RunningProgram program, int cases, CancellationToken cancellation)
    {
        // Together with what it said, a hang has a name.
        await Task.WhenAny(program.Exited, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation));
        program.Exited.IsCompleted.Should().BeTrue("it should end: {0}{1}", program.Output, program.Errors);
        (await program.Exited).Should().Be(0, "{0}{1}", program.Output, program.Errors);
        program.Output.Split('\n').Should().HaveCount(cases).And.OnlyContain(line => line.StartsWith("ok "));
    }

    private static async Task ShouldTakeFormAsync(HttpClient client, CancellationToken cancellation)
    {
        var content = RandomNumberGenerator.GetBytes(2_000_000);
        using var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var form = new MultipartFormDataContent { { new StringContent("Gr\u00fc\u00dfe"), "text" }, { file, "file", "a.bin" } };

        using var answer = await client.PostAsync("/form", form, cancellation);

        var seen = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation)).RootElement;
        seen.GetProperty("text").GetString().Should().Be("Gr\u00fc\u00dfe");
        seen.GetProperty("digest").GetString().Should().Be(Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    private static RunningProgram StartNode(TestEnvironment proxy, string cases) => RunningProgram.Start(
        RequiredProgram.Find("node", "nodejs"),
        [Script("fetch.mjs"), proxy.UrlOf("app").ToString(), cases],
        environment: new Dictionary<string, string?> { ["NODE_TLS_REJECT_UNAUTHORIZED"] = "0", ["NODE_OPTIONS"] = "--no-warnings" });

    private Task<TestEnvironment> StartAsync(TestProtocol front, CancellationToken cancellation, TestProtocol back = TestProtocol.Http1) => StartAsync(
        options =>
        {
            options.Front = front;
            options.Publish("app", back, _app.AnswerAsync);
        },
        cancellation);

    private static string Script(string name) => Path.Combine(Repository.Root, "Tests", "EndToEnd", "Clients", "Programs", name);
}

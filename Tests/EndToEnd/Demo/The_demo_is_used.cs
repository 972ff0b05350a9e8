using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Demo;

/// <summary>One demo, and everything on it that a person can click or script.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class The_demo_is_used
{
    private RunningDemo _demo = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        // Twenty seconds is what is promised, for a machine with nothing else to do; this one builds and tests besides.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _demo = await RunningDemo.StartAsync(limit.Token);
        _client = _demo.CreateClient();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client?.Dispose();
        if (_demo is not null)
        {
            await _demo.DisposeAsync();
        }
    }

    [Test]
    public async Task The_page_opens(CancellationToken cancellation)
    {
        using var answer = await _client.GetAsync("/", cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Contain("It works").And.Contain(_demo.Url.Authority);
    }

    [TestCase("GET")]
    [TestCase("POST")]
    [TestCase("DELETE")]
    [TestCase("BREW")]
    public async Task The_api_answers(string method, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/echo?a=1&a=%20");
        request.Content = method == "POST" ? new StringContent("hello") : null;

        using var answer = await _client.SendAsync(request, cancellation);

        var echo = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation)).RootElement;
        echo.GetProperty("method").GetString().Should().Be(method);
        echo.GetProperty("query").GetString().Should().Be("?a=1&a=%20");
        echo.GetProperty("body").GetString().Should().Be(method == "POST" ? "hello" : null);
    }

    [Test]
    public async Task An_upload_arrives_whole(CancellationToken cancellation)
    {
        var body = RandomNumberGenerator.GetBytes(20_000_000);

        using var answer = await _client.PutAsync("/upload", new ByteArrayContent(body), cancellation);

        var received = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation)).RootElement;
        received.GetProperty("bytes").GetInt64().Should().Be(body.Length);
        received.GetProperty("sha256").GetString().Should().Be(Convert.ToHexStringLower(SHA256.HashData(body)));
    }

    [Test]
    public async Task A_download_arrives_whole(CancellationToken cancellation)
    {
        using var answer = await _client.GetAsync("/download?size=30MB", HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);

        var read = 0L;
        var buffer = new byte[64 * 1024];
        for (int count; (count = await body.ReadAsync(buffer, cancellation)) > 0;)
        {
            read += count;
        }

        read.Should().Be(30L << 20).And.Be(answer.Content.Headers.ContentLength);
    }

    [Test]
    public async Task A_part_of_a_file_can_be_had(CancellationToken cancellation)
    {
        var whole = await _client.GetByteArrayAsync("/download/sample.bin", cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/download/sample.bin");
        request.Headers.Range = new RangeHeaderValue(1000, 1015);

        using var answer = await _client.SendAsync(request, cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsByteArrayAsync(cancellation)).Should().Equal(whole[1000..1016]);
    }

    [Test]
    public async Task Events_come_one_by_one(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/clock");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));

        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        for (var i = 0; i < 3; i++)
        {
            (await events.ReadLineAsync(cancellation)).Should().StartWith("data: ");
            (await events.ReadLineAsync(cancellation)).Should().BeEmpty();
        }
    }

    [Test]
    public async Task Two_people_chat(CancellationToken cancellation)
    {
        using var anna = await ConnectAsync(cancellation);
        using var ben = await ConnectAsync(cancellation);

        await anna.SendAsync(Encoding.UTF8.GetBytes("Grüße"), WebSocketMessageType.Text, true, cancellation);

        (await WaitForTextAsync(ben, cancellation)).Should().Be("Grüße");
        (await WaitForTextAsync(anna, cancellation)).Should().Be("Grüße");
        await anna.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
        anna.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
    }

    [Test]
    public async Task An_app_that_is_written_into_its_file_is_served_and_one_that_is_taken_out_is_not(CancellationToken cancellation)
    {
        await using var other = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("another app"), cancellation);
        var before = await File.ReadAllTextAsync(_demo.AppsFile, cancellation);
        var apps = JsonNode.Parse(before)!;
        apps["applications"]!.AsArray().Add(new JsonObject
        {
            ["displayName"] = "Another",
            ["onPremisesPublishing"] = new JsonObject
            {
                ["externalUrl"] = $"http://another.localhost:{_demo.Port}/",
                ["internalUrl"] = other.Url + "/",
                ["externalAuthenticationType"] = "passthru",
            },
        });
        using var client = LoopbackClient.Create(new Uri($"http://another.localhost:{_demo.Port}/"));
        (await client.GetAsync("/", cancellation)).StatusCode.Should().Be(HttpStatusCode.NotFound);

        await File.WriteAllTextAsync(_demo.AppsFile, apps.ToJsonString(), cancellation);
        await _demo.Program.WaitForLineAsync("are in use: 3 apps", cancellation);
        (await client.GetStringAsync("/", cancellation)).Should().Be("another app");

        await File.WriteAllTextAsync(_demo.AppsFile, before, cancellation);
        await _demo.Program.WaitForLineAsync("are in use: 2 apps", cancellation, skip: 1);
        (await client.GetAsync("/", cancellation)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _client.GetStringAsync("/api/time", cancellation)).Should().Contain("time");
    }

    [Test]
    public async Task Its_people_sign_in_and_open_what_is_theirs(CancellationToken cancellation)
    {
        var second = new Uri($"http://second.localhost:{_demo.Port}/");
        using var anybody = LoopbackClient.Create(_demo.Url);
        using var bobs = new TestBrowser();
        using var alices = new TestBrowser();

        (await anybody.GetAsync("/api/time", cancellation)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        var denied = await _demo.SignInAsync(bobs, "bob@demo.test", second, cancellation);
        denied.Status.Should().Be(HttpStatusCode.Forbidden);
        denied.Body.Should().Contain("bob@demo.test");
        var question = await _demo.SignInAsync(alices, "alice@demo.test", second, cancellation);
        question.Url.AbsolutePath.Should().Be("/directory/sign-in/code", question.Body);
        var key = Regex.Match(_demo.Program.Output, "or type ([A-Z2-7]+)").Groups[1].Value;
        (await alices.SubmitAsync(question, cancellation, ("code", Authenticator.Code(key)))).Body.Should().Contain("It works");
        _demo.Program.Output.Split('\n').Count(static line => line.StartsWith("  █", StringComparison.Ordinal)).Should().BeGreaterThan(15, "the QR code is there");
    }

    [Test]
    public async Task Two_demos_run_side_by_side(CancellationToken cancellation)
    {
        await using (var other = await RunningDemo.StartAsync(cancellation))
        {
            using var client = other.CreateClient();
            (await client.GetStringAsync("/", cancellation)).Should().Contain(other.Url.Authority);
            (await _client.GetStringAsync("/", cancellation)).Should().Contain(_demo.Url.Authority);
        }

        (await _client.GetStringAsync("/api/time", cancellation)).Should().Contain("time");
    }

    private async Task<ClientWebSocket> ConnectAsync(CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        // As a page of the app does.
        socket.Options.SetRequestHeader("Cookie", _demo.Cookie);
        socket.Options.SetRequestHeader("Origin", _demo.Url.GetLeftPart(UriPartial.Authority));
        using var invoker = new HttpMessageInvoker(LoopbackClient.CreateHandler());
        await socket.ConnectAsync(new UriBuilder(_demo.Url) { Scheme = "ws", Path = "/chat" }.Uri, invoker, cancellation);
        return socket;
    }

    /// <summary>The next message that somebody said; who joined and left is passed over.</summary>
    private static async Task<string> WaitForTextAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var buffer = new byte[8192];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            if (JsonDocument.Parse(buffer.AsMemory(0, length)).RootElement.GetProperty("text").GetString() is { } text)
            {
                return text;
            }
        }
    }
}

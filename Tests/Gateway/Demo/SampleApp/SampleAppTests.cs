using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AppProxy.Gateway.Demo.SampleApp;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Demo.SampleApp;

[TestFixture]
internal sealed class SampleAppTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SampleAppHost _app = null!;
    private HttpClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _app = await SampleAppHost.StartAsync(_time, CancellationToken.None);
        _client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = _app.Url };
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Listens_on_loopback_only(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.WaitAsync(cancellationToken);
        _app.Url.Host.Should().Be("127.0.0.1");
        _app.Url.Port.Should().BePositive();
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task The_home_page_shows_the_headers_that_arrived_and_encodes_them(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/?q=<b>");
        request.Headers.Add("X-Forwarded-Host", "app.localhost:8080");
        request.Headers.Add("X-Forwarded-Proto", "http");
        request.Headers.Add("X-Odd", "<script>alert(1)</script>");

        using var response = await _client.SendAsync(request, cancellationToken);
        var page = await response.Content.ReadAsStringAsync(cancellationToken);

        page.Should().Contain("It works").And.Contain("http://app.localhost:8080/").And.Contain("&lt;script&gt;").And.NotContain("<script>alert").And.NotContain("{{");
    }

    [TestCase("/")]
    [TestCase("/upload")]
    [TestCase("/download")]
    [TestCase("/clock")]
    [TestCase("/chat")]
    [CancelAfter(20_000)]
    public async Task Every_page_loads_what_it_names_from_here_under_a_strict_policy(string path, CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(path, cancellationToken);
        var page = await response.Content.ReadAsStringAsync(cancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
        response.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'none'").And.NotContain("unsafe");
        page.Should().NotContain("{{").And.NotContain("style=").And.NotContain("onclick").And.NotMatchRegex("(src|href)=\"(/|https?:)", "links are relative, so that any path can be published");
        foreach (var asset in System.Text.RegularExpressions.Regex.Matches(page, "\"(assets/[^\"]+)\"").Select(match => match.Groups[1].Value).Distinct())
        {
            using var answer = await _client.GetAsync(asset, cancellationToken);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, asset);
        }
    }

    [TestCase("/assets/layout.html")]
    [TestCase("/assets/none.js")]
    [TestCase("/nowhere")]
    [CancelAfter(20_000)]
    public async Task What_is_not_there_is_not_found(string path, CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(path, cancellationToken);
        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Time_is_json(CancellationToken cancellationToken)
    {
        var json = await _client.GetStringAsync("/api/time", cancellationToken);
        JsonDocument.Parse(json).RootElement.GetProperty("time").GetDateTimeOffset().Should().Be(_time.GetUtcNow());
    }

    [TestCase("GET")]
    [TestCase("POST")]
    [TestCase("PUT")]
    [TestCase("PATCH")]
    [TestCase("DELETE")]
    [TestCase("PROPFIND")]
    [CancelAfter(20_000)]
    public async Task Echo_answers_any_method(string method, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/echo?a=1");
        var hasBody = method.StartsWith('P');
        request.Content = hasBody ? new StringContent("hello") : null;
        request.Headers.Add("X-Test", "yes");

        using var response = await _client.SendAsync(request, cancellationToken);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).RootElement;

        answer.GetProperty("method").GetString().Should().Be(method);
        answer.GetProperty("path").GetString().Should().Be("/api/echo");
        answer.GetProperty("query").GetString().Should().Be("?a=1");
        answer.GetProperty("headers").GetProperty("X-Test").GetString().Should().Be("yes");
        answer.GetProperty("bodyLength").GetInt64().Should().Be(hasBody ? 5 : 0);
        answer.GetProperty("body").GetString().Should().Be(hasBody ? "hello" : null);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Echo_counts_what_it_does_not_echo(CancellationToken cancellationToken)
    {
        using var response = await _client.PostAsync("/api/echo", new ByteArrayContent(new byte[300_000]), cancellationToken);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).RootElement;
        answer.GetProperty("bodyLength").GetInt64().Should().Be(300_000);
        answer.GetProperty("body").GetString()!.Length.Should().Be(65_536);
    }

    [TestCase("PUT")]
    [TestCase("POST")]
    [CancelAfter(20_000)]
    public async Task An_upload_is_counted_and_hashed(string method, CancellationToken cancellationToken)
    {
        var body = RandomNumberGenerator.GetBytes(3_000_001);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/upload") { Content = new ByteArrayContent(body) };

        using var response = await _client.SendAsync(request, cancellationToken);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).RootElement;

        answer.GetProperty("bytes").GetInt64().Should().Be(body.Length);
        answer.GetProperty("sha256").GetString().Should().Be(Convert.ToHexStringLower(SHA256.HashData(body)));
    }

    [TestCase("10MB", 10 * 1024 * 1024)]
    [TestCase("64kb", 64 * 1024)]
    [TestCase("70001", 70001)]
    [TestCase("0", 0)]
    [CancelAfter(20_000)]
    public async Task A_download_has_the_size_that_was_asked_for(string size, long expected, CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync("/download?size=" + size, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.Content.Headers.ContentLength.Should().Be(expected);
        (await response.Content.ReadAsByteArrayAsync(cancellationToken)).LongLength.Should().Be(expected);
    }

    [TestCase("x")]
    [TestCase("-1")]
    [TestCase("99999GB")]
    [TestCase("9999999999999999999999")]
    [TestCase("MB")]
    [CancelAfter(20_000)]
    public async Task A_download_of_no_size_is_a_bad_request(string size, CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync("/download?size=" + size, cancellationToken);
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task The_fixed_file_can_be_had_in_parts(CancellationToken cancellationToken)
    {
        var whole = await _client.GetByteArrayAsync("/download/sample.bin", cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/download/sample.bin");
        request.Headers.Range = new RangeHeaderValue(1000, 1015);

        using var response = await _client.SendAsync(request, cancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        response.Content.Headers.ContentRange!.ToString().Should().Be("bytes 1000-1015/1048576");
        (await response.Content.ReadAsByteArrayAsync(cancellationToken)).Should().Equal(whole[1000..1016]);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task The_clock_sends_an_event_at_once_and_one_each_second(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/clock");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));

        (await events.ReadLineAsync(cancellationToken)).Should().Be("data: 2026-01-02T03:04:05.0000000+00:00");
        (await events.ReadLineAsync(cancellationToken)).Should().BeEmpty();
        _time.Advance(TimeSpan.FromSeconds(1));
        (await events.ReadLineAsync(cancellationToken)).Should().Be("data: 2026-01-02T03:04:06.0000000+00:00");
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_message_reaches_everybody_in_the_chat(CancellationToken cancellationToken)
    {
        using var first = await JoinAsync(cancellationToken);
        (await ReceiveAsync(first, cancellationToken)).Should().Be(("Guest 1", null, "joined"));
        using var second = await JoinAsync(cancellationToken);
        (await ReceiveAsync(first, cancellationToken)).Should().Be(("Guest 2", null, "joined"));
        (await ReceiveAsync(second, cancellationToken)).Should().Be(("Guest 2", null, "joined"));

        await second.SendAsync(Encoding.UTF8.GetBytes("hi, ünï"), WebSocketMessageType.Text, true, cancellationToken);
        (await ReceiveAsync(first, cancellationToken)).Should().Be(("Guest 2", "hi, ünï", null));
        (await ReceiveAsync(second, cancellationToken)).Should().Be(("Guest 2", "hi, ünï", null));

        await second.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        (await ReceiveAsync(first, cancellationToken)).Should().Be(("Guest 2", null, "left"));
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Too_long_a_message_closes_the_socket(CancellationToken cancellationToken)
    {
        using var socket = await JoinAsync(cancellationToken);
        await ReceiveAsync(socket, cancellationToken);

        await socket.SendAsync(new byte[3000], WebSocketMessageType.Text, true, cancellationToken);

        var received = await socket.ReceiveAsync(new byte[10], cancellationToken);
        received.CloseStatus.Should().Be(WebSocketCloseStatus.MessageTooBig);
    }

    private static async Task<(string? From, string? Text, string? Event)> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, cancellationToken);
        received.EndOfMessage.Should().BeTrue();
        var message = JsonDocument.Parse(buffer.AsMemory(0, received.Count)).RootElement;
        return (message.GetProperty("from").GetString(), message.GetProperty("text").GetString(), message.GetProperty("event").GetString());
    }

    private async Task<ClientWebSocket> JoinAsync(CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(_app.Url) { Scheme = "ws", Path = "/chat" }.Uri, cancellationToken);
        return socket;
    }
}

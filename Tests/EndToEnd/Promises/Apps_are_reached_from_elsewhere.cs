using System.Net;
using System.Security.Cryptography;
using System.Text;
using AppProxy.Gateway.Relay;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>An app that one connector of a group does not reach, and another one does.</summary>
[TestFixture]
public sealed class Apps_are_reached_from_elsewhere : EndToEndTest
{
    private const int SentElsewhere = 3004;
    private const int Times = 12;

    private int _calls;

    [Test, CancelAfter(Guard)]
    public async Task Whatever_is_asked_another_connector_serves_it_once([Values("GET", "POST", "DELETE")] string method, [Values(0, 17, 1_000_000)] int size, CancellationToken cancellation)
    {
        var proxy = await StartTwoAsync(cancellation);
        var body = RandomNumberGenerator.GetBytes(size);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < Times; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "x") { Content = size == 0 ? null : new ByteArrayContent(body) };
            using var answer = await client.SendAsync(request, cancellation);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(method + " " + Convert.ToHexString(SHA256.HashData(body)));
        }

        _calls.Should().Be(Times + 1, "nothing runs twice");
        Log.Entries.Should().Contain(static entry => entry.EventId == SentElsewhere);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_body_of_unknown_length_and_one_that_waits_to_be_asked_for_are_whole([Values] bool isAskedFor, CancellationToken cancellation)
    {
        var proxy = await StartTwoAsync(cancellation);
        var body = RandomNumberGenerator.GetBytes(300_000);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < Times; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "x") { Content = new StreamContent(new MemoryStream(body)) };
            request.Headers.TransferEncodingChunked = true;
            request.Headers.ExpectContinue = isAskedFor;
            using var answer = await client.SendAsync(request, cancellation);
            (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("PUT " + Convert.ToHexString(SHA256.HashData(body)));
        }

        _calls.Should().Be(Times + 1);
        Log.Entries.Should().Contain(static entry => entry.EventId == SentElsewhere);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_WebSocket_is_opened_from_there_too(CancellationToken cancellation)
    {
        var proxy = await StartTwoAsync(cancellation);
        for (var i = 0; i < Times; i++)
        {
            using var socket = await proxy.ConnectWebSocketAsync("app", "ws", cancellationToken: cancellation);
            await socket.SendAsync(Encoding.UTF8.GetBytes("hello"), System.Net.WebSockets.WebSocketMessageType.Text, true, cancellation);
            var buffer = new byte[16];
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            Encoding.UTF8.GetString(buffer, 0, received.Count).Should().Be("hello");
        }

        Log.Entries.Should().Contain(static entry => entry.EventId == SentElsewhere);
    }

    [TestCase("Connector:AllowedNetworks:0", "10.0.0.0/8", "TargetRefused"), TestCase("Connector:Apps:app:InternalUrl", "http://nowhere.invalid/", "AppUnreachable")]
    [TestCase("Connector:Apps:app:InternalUrl", null, "AppUnknown")]
    [CancelAfter(Guard)]
    public async Task What_one_may_not_connect_to_or_does_not_know_another_one_may(string setting, string? value, string reason, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string?> { [setting] = value };
        if (value is null)
        {
            settings["Connector:Apps:other:InternalUrl"] = "http://127.0.0.1:1/";
        }

        var proxy = await StartTwoAsync(cancellation, settings);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < Times; i++)
        {
            (await client.PostAsync("x", new StringContent("once"), cancellation)).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        _calls.Should().Be(Times + 1);
        Log.Entries.Should().Contain(entry => entry.EventId == SentElsewhere && entry.Text.Contains(reason));
    }

    [Test, CancelAfter(Guard)]
    public async Task Where_none_reaches_it_the_client_hears_what_is_the_matter([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var closed = Closed();
        var proxy = await StartAsync(
            options =>
            {
                options.Connectors = 3;
                options.Publish("app", closed);
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        for (var i = 0; i < Times; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "x") { Content = method == "POST" ? new StringContent("once") : null };
            using var answer = await client.SendAsync(request, cancellation);
            answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
            answer.Headers.GetValues("AppProxy-Error").Should().Equal("app-unreachable");
        }

        // Each of them at most once for each request.
        Log.Entries.Count(static entry => entry.EventId == SentElsewhere).Should().BeLessThanOrEqualTo(2 * Times);
    }

    [Test, CancelAfter(Guard)]
    public async Task Presence_tells_which_instance_reaches_which_app(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            options =>
            {
                options.Enrolls = true;
                options.Publish("app", AnswerAsync);
            },
            cancellation);
        await proxy.StartConnectorAsync(new Dictionary<string, string?> { ["Connector:Apps:app:InternalUrl"] = Closed().ToString() }, cancellation);
        var reach = proxy.GatewayServices.GetRequiredService<IConnectorReach>();

        IReadOnlyDictionary<Guid, bool> said;
        while ((said = await reach.ListAsync("DEFAULT", "app")).Count < 2)
        {
            // Connectors say how they are every two seconds.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        }

        said.Values.Should().BeEquivalentTo([true, false]);
        (await reach.ListAsync("default", "other")).Should().BeEmpty();
        (await reach.ListAsync("other", "app")).Should().BeEmpty();
        var group = proxy.GatewayServices.GetRequiredService<GroupRelays>().All.Single();
        var there = said.Single(static instance => instance.Value).Key;
        (await group.FindReachingAsync("app", []))!.Session.Should().Be(there, "this gateway has not heard of it otherwise");
        (await group.FindReachingAsync("app", [there])).Should().BeNull("the other one says that it does not");
    }

    private static Uri Closed() => new($"http://127.0.0.1:{LoopbackPort.Take()}/");

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[16];
            var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, true, context.RequestAborted);
            return;
        }

        Interlocked.Increment(ref _calls);
        var hash = await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted);
        await context.Response.WriteAsync($"{context.Request.Method} {Convert.ToHexString(hash)}");
    }

    /// <summary>Two connectors of which the first reaches the app, and is known to the gateway.</summary>
    private async Task<TestEnvironment> StartTwoAsync(CancellationToken cancellation, IReadOnlyDictionary<string, string?>? second = null)
    {
        var proxy = await StartAsync(options => options.Publish("app", AnswerAsync), cancellation);
        using var client = proxy.CreateClient("app");
        await client.PostAsync("x", new StringContent("first"), cancellation);
        await proxy.StartConnectorAsync(second ?? new Dictionary<string, string?> { ["Connector:Apps:app:InternalUrl"] = Closed().ToString() }, cancellation);
        return proxy;
    }
}

using System.Net.WebSockets;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.Storage;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Hosting;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class What_is_open_ends_at_every_gateway : SignInTest
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_WebSocket_events_and_a_download_within_30_seconds_of_the_end_at_another(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        var store = Path.Combine(folder.Path, "store.db");
        await StoreSchema.UpgradeAsync(StoreConnection.Parse(store), cancellation);
        var here = await StartSignInAsync(cancellation, options =>
        {
            options.GatewaySettings["Gateway:Store"] = store;
            options.Publish("open", NeverEndAsync);
        });
        var there = await StartSignInAsync(cancellation, options =>
        {
            options.GatewaySettings["Gateway:Store"] = store;
            options.Port = FreePort.Take();
            options.Publish("open", NeverEndAsync);
        });
        using var browser = new TestBrowser();
        await SignInAsync(browser, new Uri(here.UrlOf("open"), "short"), "alice", cancellation);
        var cookie = browser.CookiesFor(here.UrlOf("open"));
        using var socket = await here.ConnectWebSocketAsync("open", configure: options => options.SetRequestHeader("Cookie", cookie), cancellationToken: cancellation);
        await socket.ReceiveAsync(new byte[16], cancellation);
        using var client = here.CreateClient("open");
        await using var events = await OpenAsync(client, "events", cookie, cancellation);
        await using var download = await OpenAsync(client, "download", cookie, cancellation);

        (await SessionsOf(there).EndAsync(SessionSelector.AllOf("alice"), cancellation)).Should().Be(1);

        var ends = (Func<Task>[])[() => socket.ReceiveAsync(new byte[16], cancellation), () => events.CopyToAsync(Stream.Null, cancellation), () => download.CopyToAsync(Stream.Null, cancellation)];
        foreach (var end in ends)
        {
            // Cut off, and no end that somebody could take for a whole one.
            (await FluentActions.Awaiting(() => end().WaitAsync(Promise, TimeProvider.System, cancellation)).Should().ThrowAsync<Exception>()).Which.Should().Match(static cut => cut is WebSocketException || cut is IOException);
        }
    }

    private static async Task<Stream> OpenAsync(HttpClient client, string path, string cookie, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", cookie);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadAsStreamAsync(cancellation);
        await body.ReadExactlyAsync(new byte[4], cancellation);
        return body;
    }

    /// <summary>Begins to answer, and says nothing more.</summary>
    private static async Task NeverEndAsync(HttpContext context)
    {
        if (context.Request.Path == "/short")
        {
            return;
        }

        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.ReceiveAsync(new byte[16], context.RequestAborted);
            return;
        }

        context.Response.ContentType = context.Request.Path == "/events" ? "text/event-stream" : "application/octet-stream";
        context.Response.ContentLength = context.Request.Path == "/events" ? null : 1_000_000;
        await context.Response.WriteAsync("data", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
    }
}

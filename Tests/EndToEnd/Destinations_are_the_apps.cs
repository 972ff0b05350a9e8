using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>WebDAV names the target of a COPY or MOVE by its URL, which the app must know as its own (RFC 4918 section 10.3).</summary>
public sealed class Destinations_are_the_apps : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task Within_the_app_it_is_what_the_app_is_called([Values(TestProtocol.Http1, TestProtocol.Https2)] TestProtocol front, [Values] TestProtocol back, [Values] bool translateHost, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publishing["isTranslateHostHeaderEnabled"] = translateHost;
                o.Publish("app", back, EchoAsync);
            },
            cancellation);

        var seen = await MoveAsync(proxy, new Uri(proxy.UrlOf("app"), "b%2Fc?d").AbsoluteUri, cancellation);

        var authority = translateHost ? proxy.InternalUrlOf("app").Authority : proxy.UrlOf("app").Authority;
        seen.Should().Be($"{proxy.InternalUrlOf("app").Scheme}://{authority}/b%2Fc?d");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_published_path_becomes_the_internal_one(CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", "/outside/", "/inside/", EchoAsync), cancellation);

        var seen = await MoveAsync(proxy, new Uri(proxy.UrlOf("app"), "b").AbsoluteUri, cancellation);

        seen.Should().Be(new Uri(proxy.InternalUrlOf("app"), "/inside/b").AbsoluteUri);
    }

    [Test, CancelAfter(Guard)]
    public async Task Elsewhere_it_is_the_apps_to_refuse(
        [Values("http://other.example/b", "http://app.localhost:1/b", "no url", "")] string destination, CancellationToken cancellation)
    {
        var proxy = await StartAsync(o => o.Publish("app", EchoAsync), cancellation);

        (await MoveAsync(proxy, destination, cancellation)).Should().Be(destination);
    }

    private static Task EchoAsync(HttpContext context) => context.Response.WriteAsync(context.Request.Headers["Destination"].ToString());

    private static async Task<string> MoveAsync(TestEnvironment proxy, string destination, CancellationToken cancellation)
    {
        using var client = proxy.CreateClient("app");
        using var request = new HttpRequestMessage(new HttpMethod("MOVE"), "a");
        request.Headers.TryAddWithoutValidation("Destination", destination);
        using var answer = await client.SendAsync(request, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }
}

using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Translation;

public sealed class Headers_are_translated : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task Redirects_and_cookies_stay_outside(
        [Values(TestProtocol.Http1, TestProtocol.Https2)] TestProtocol front, [Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol back, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Front = front;
                o.Publish("app", back, static context =>
                {
                    var origin = $"{context.Request.Scheme}://{context.Request.Host}";
                    context.Response.StatusCode = StatusCodes.Status302Found;
                    context.Response.Headers.Location = origin + "/login?next=" + origin;
                    context.Response.Headers.ContentLocation = origin + "/there";
                    context.Response.Headers["Refresh"] = "5; url=" + origin + "/again";
                    context.Response.Headers.Link = $"<{origin}/a.css>; rel=preload";
                    context.Response.Headers.ContentSecurityPolicy = $"default-src {origin}";
                    context.Response.Headers.Append("Set-Cookie", "first=1; Domain=" + context.Request.Host.Host + "; SameSite=Lax");
                    context.Response.Headers.Append("Set-Cookie", "__Host-AppProxy-Session=stolen; Path=/; Secure");
                    context.Response.Headers.Append("Set-Cookie", "second=2; Path=/x; HttpOnly");
                    return Task.CompletedTask;
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("a", cancellation);

        var outside = proxy.UrlOf("app").GetLeftPart(UriPartial.Authority);
        var inside = proxy.InternalUrlOf("app").GetLeftPart(UriPartial.Authority);
        var secure = front == TestProtocol.Https2 ? "; Secure" : "";
        Value(answer, "Location").Should().Be($"{outside}/login?next={inside}");
        answer.Content.Headers.NonValidated["Content-Location"].ToString().Should().Be(outside + "/there");
        Value(answer, "Refresh").Should().Be($"5; url={outside}/again");
        Value(answer, "Link").Should().Be($"<{outside}/a.css>; rel=preload");
        Value(answer, "Content-Security-Policy").Should().Be($"default-src {outside}");
        answer.Headers.GetValues("Set-Cookie").Should().Equal($"first=1; Domain=app.localhost; SameSite=Lax{secure}", "second=2; Path=/x; HttpOnly" + secure);
    }

    [Test, CancelAfter(Guard)]
    public async Task Other_apps_are_found_outside_too(CancellationToken cancellation)
    {
        Uri? other = null;
        var proxy = await StartAsync(
            o =>
            {
                o.Publish("app", context => { context.Response.Headers.Location = new Uri(other!, "/wiki/page").AbsoluteUri; return Task.CompletedTask; });
                o.Publish("other", "/docs/", "/wiki/", static _ => Task.CompletedTask);
            },
            cancellation);
        other = proxy.InternalUrlOf("other");
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("", cancellation);

        Value(answer, "Location").Should().Be(new Uri(proxy.UrlOf("other"), "page").AbsoluteUri);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_app_compares_origins_with_its_own_host([Values] bool translateHost, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Publishing["isTranslateHostHeaderEnabled"] = translateHost;
                o.Publish("app", "/outside/", "/inside/", static context =>
                {
                    context.Response.Headers.AccessControlAllowOrigin = context.Request.Headers.Origin;
                    return context.Response.WriteAsync($"{context.Request.Host} {context.Request.Headers.Origin} {context.Request.Headers.Referer}");
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var outside = proxy.UrlOf("app");
        var inside = translateHost ? new Uri(proxy.InternalUrlOf("app"), "/inside/") : outside;
        var request = new HttpRequestMessage(HttpMethod.Post, "");
        request.Headers.Add("Origin", outside.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Referer", outside + "page?a=b");

        using var answer = await client.SendAsync(request, cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be($"{inside.Authority} {inside.GetLeftPart(UriPartial.Authority)} {inside}page?a=b");
        Value(answer, "Access-Control-Allow-Origin").Should().Be(outside.GetLeftPart(UriPartial.Authority));
    }

    [Test, CancelAfter(Guard)]
    public async Task Rules_have_the_last_word(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Front = TestProtocol.Https1;
                o.Relay["requestHeaders"] = new object[] { new { name = "X-Env", set = "prod" }, new { name = "x-gone", remove = true }, new { name = "X-More", append = "2" } };
                o.Relay["responseHeaders"] = new object[] { new { name = "X-Powered-By", remove = true }, new { name = "X-Frame-Options", set = "DENY" }, new { name = "Vary", append = "X-Env" } };
                o.Relay["hsts"] = new { maxAgeInSeconds = 31536000, includeSubDomains = true };
                o.Publish("app", static context =>
                {
                    var headers = context.Request.Headers;
                    context.Response.Headers.XPoweredBy = "secret";
                    context.Response.Headers.XFrameOptions = "SAMEORIGIN";
                    context.Response.Headers.Vary = "Accept";
                    context.Response.Headers.StrictTransportSecurity = "max-age=1";
                    return context.Response.WriteAsync($"{headers["X-Env"]}|{headers["X-Gone"]}|{headers["X-More"]}");
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var request = new HttpRequestMessage(HttpMethod.Get, "");
        request.Headers.Add("x-env", "test");
        request.Headers.Add("X-Gone", "1");
        request.Headers.Add("X-More", "1");

        using var answer = await client.SendAsync(request, cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("prod||1,2");
        answer.Headers.Contains("X-Powered-By").Should().BeFalse();
        Value(answer, "X-Frame-Options").Should().Be("DENY");
        answer.Headers.GetValues("Vary").Should().Equal("Accept", "X-Env");
        Value(answer, "Strict-Transport-Security").Should().Be("max-age=31536000; includeSubDomains");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_wildcards_app_gets_the_internal_host_of_the_name(CancellationToken cancellation)
    {
        await using var app = new RawApp(static async (connection, token) =>
        {
            var head = await RawApp.ReadHeadAsync(connection, token);
            var host = head.Split("\r\n").Single(static line => line.StartsWith("Host:", StringComparison.Ordinal));
            await connection.WriteAsync(System.Text.Encoding.Latin1.GetBytes($"HTTP/1.1 302 Found\r\nLocation: http://{host[6..]}/next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), token);
        });
        var proxy = await StartAsync(o => o.Publish("any", app.Url).AppsFile = port => $$"""
            { "applications": [ { "id": "any", "displayName": "any", "onPremisesPublishing": {
              "externalUrl": "http://*.apps.localhost:{{port}}/", "internalUrl": "http://*.corp.example:{{app.Url.Port}}/", "externalAuthenticationType": "passthru" } } ] }
            """, cancellation);

        var answer = await ExchangeAsync(proxy, $"GET / HTTP/1.1\r\nHost: x.apps.localhost:{proxy.GatewayUrl.Port}\r\nConnection: close\r\n\r\n", cancellation);

        answer.Should().Contain($"Location: http://x.apps.localhost:{proxy.GatewayUrl.Port}/next\r\n");
    }

    private static string Value(HttpResponseMessage answer, string name) => answer.Headers.NonValidated[name].ToString();
}

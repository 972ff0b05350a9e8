using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

public sealed class Curl_asks_oddly : CurlTest
{
    [TestCase("/a/../b/./c"), TestCase("//x//y/"), TestCase("/a/%2e%2e/%2F%7e"), TestCase("/?q=/../"), TestCase("/a|b{c}")]
    [CancelAfter(Guard)]
    public async Task For_a_path_as_it_is(string path, CancellationToken cancellation)
    {
        var curl = await StartAsync(SayTargetAsync, cancellation);

        (await curl.RunAsync(cancellation, "--path-as-is", "--globoff", "{url}" + path)).Should().Be("GET " + path);
    }

    [Test, CancelAfter(Guard)]
    public async Task For_the_options_of_the_whole_server([Values(TestProtocol.Http1, TestProtocol.Http2)] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(front, SayTargetAsync, cancellation);

        (await curl.RunAsync(cancellation, VersionFor(front), "--request", "OPTIONS", "--request-target", "*", "{url}/")).Should().Be("OPTIONS *");
    }

    [Test, CancelAfter(Guard)]
    public async Task For_the_options_of_one_page(CancellationToken cancellation)
    {
        var curl = await StartAsync(
            context =>
            {
                context.Response.Headers.Allow = "GET, OPTIONS";
                context.Response.StatusCode = 204;
                return Task.CompletedTask;
            },
            cancellation);

        var head = await curl.RunAsync(cancellation, "--request", "OPTIONS", "--include", "{url}/x");

        head.Should().StartWith("HTTP/1.1 204").And.Contain("Allow: GET, OPTIONS");
    }

    [Test, CancelAfter(Guard)]
    public async Task As_of_a_forward_proxy(CancellationToken cancellation)
    {
        var curl = await StartAsync(SayTargetAsync, cancellation);

        // absolute-form: the authority is the request's, the app gets origin-form.
        (await curl.RunAsync(cancellation, "--request-target", "{url}/x?y", "{url}/")).Should().Be("GET /x?y");
    }

    [Test, CancelAfter(Guard)]
    public async Task For_a_compressed_transfer(CancellationToken cancellation)
    {
        var curl = await StartAsync(context => context.Response.WriteAsync("<" + context.Request.Headers.TE + ">"), cancellation);

        // TE is between the client and the gateway.
        (await curl.RunAsync(cancellation, "--http1.1", "--tr-encoding", "{url}/")).Should().Be("<>");
    }

    [Test, CancelAfter(Guard)]
    public async Task Without_naming_a_host(CancellationToken cancellation)
    {
        var curl = await StartAsync(SayTargetAsync, cancellation);

        (await curl.RunAsync(cancellation, "--http1.1", "--header", "Host:", "--output", "page", "--write-out", "%{http_code}", "{url}/")).Should().Be("400");
    }

    [Test, CancelAfter(Guard)]
    public async Task With_its_cookies([Values] TestProtocol front, CancellationToken cancellation)
    {
        var curl = await StartAsync(
            front,
            context =>
            {
                var seen = context.Request.Headers.Cookie.ToString();
                context.Response.Cookies.Append("a", "1");
                context.Response.Cookies.Append("b", "2", new CookieOptions { Path = "/", HttpOnly = true });
                return context.Response.WriteAsync($"<{seen}>");
            },
            cancellation);

        (await curl.RunAsync(cancellation, VersionFor(front), "--cookie-jar", "jar", "{url}/")).Should().Be("<>");
        (await curl.RunAsync(cancellation, VersionFor(front), "--cookie", "jar", "{url}/")).Should().MatchRegex("^<(a=1; b=2|b=2; a=1)>$");
    }

    [Test, CancelAfter(Guard)]
    public async Task Again_when_told_to_try_later(CancellationToken cancellation)
    {
        var calls = 0;
        var curl = await StartAsync(
            context =>
            {
                context.Response.StatusCode = Interlocked.Increment(ref calls) < 3 ? 503 : 200;
                context.Response.Headers.RetryAfter = "0";
                return context.Response.WriteAsync(calls + "\n");
            },
            cancellation);

        (await curl.RunAsync(cancellation, "--retry", "5", "--retry-delay", "0", "--output", "got", "--write-out", "%{http_code}", "{url}/")).Should().Be("200");

        calls.Should().Be(3);
    }

    [Test, CancelAfter(Guard)]
    public async Task With_a_password([Values("--basic", "--digest")] string scheme, CancellationToken cancellation)
    {
        var curl = await StartAsync(
            context =>
            {
                var said = context.Request.Headers.Authorization.ToString();
                if (said.Length == 0 || (scheme == "--digest" && !said.Contains("response=\"", StringComparison.Ordinal)))
                {
                    context.Response.StatusCode = 401;
                    context.Response.Headers.WWWAuthenticate = scheme == "--digest" ? "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"" : "Basic realm=\"r\"";
                    return Task.CompletedTask;
                }

                return context.Response.WriteAsync(said);
            },
            cancellation);

        (await curl.RunAsync(cancellation, scheme, "--user", "anna:secret", "{url}/x")).Should().StartWith(
            scheme == "--digest" ? "Digest username=\"anna\"" : "Basic " + Convert.ToBase64String("anna:secret"u8));
    }

    private static Task SayTargetAsync(HttpContext context)
        => context.Response.WriteAsync(context.Request.Method + " " + context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
}

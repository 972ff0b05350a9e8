using System.Net;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Translation;

public sealed class The_gateway_answers_for_an_app : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task In_maintenance_everybody_is_told_and_nothing_is_relayed([Values] bool isPerson, CancellationToken cancellation)
    {
        var asked = 0;
        var proxy = await StartAsync(
            o =>
            {
                o.Front = TestProtocol.Https1;
                o.Relay["maintenance"] = new { message = "Back on <Monday>", retryAfterInSeconds = 7200 };
                o.Relay["hsts"] = new { maxAgeInSeconds = 5 };
                o.Publish("app", _ => { Interlocked.Increment(ref asked); return Task.CompletedTask; });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var request = new HttpRequestMessage(HttpMethod.Post, "a");
        request.Headers.TryAddWithoutValidation("Accept", isPerson ? "text/html" : "application/json");

        using var answer = await client.SendAsync(request, cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromHours(2));
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("maintenance");
        answer.Headers.GetValues("Strict-Transport-Security").Should().Equal("max-age=5");
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Contain(isPerson ? "Back on &lt;Monday&gt;" : "Back on \\u003CMonday\\u003E");
        asked.Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task Crawlers_get_the_robots_txt_that_is_set([Values("GET", "HEAD", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Relay["robotsTxt"] = "User-agent: *\nDisallow: /\n";
                o.Publish("app", static context => context.Response.WriteAsync("the app's"));
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "robots.txt"), cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(method switch { "GET" => "User-agent: *\nDisallow: /\n", "HEAD" => "", _ => "the app's" });
        if (method != "POST")
        {
            answer.Content.Headers.ContentType!.ToString().Should().Be("text/plain; charset=utf-8");
            answer.Content.Headers.ContentLength.Should().Be(26);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task What_goes_wrong_is_told_on_the_apps_own_page(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.Relay["errorPages"] = new object[]
                {
                    new { html = "<h1>Oops</h1>" },
                    new { status = 502, html = "<style>p{color:red}</style><h1>{app}: {status}</h1><p>{text} {reason} {other} {reference}</p>{" },
                };
                o.Publish("app", new Uri("http://nowhere.invalid/"));
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var request = new HttpRequestMessage(HttpMethod.Get, "");
        request.Headers.TryAddWithoutValidation("Accept", "text/html");

        using var answer = await client.SendAsync(request, cancellation);

        var reference = answer.Headers.GetValues("AppProxy-Reference").Single();
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(
            $"<style>p{{color:red}}</style><h1>app: 502</h1><p>The app could not be reached. app-unreachable {{other}} {reference}</p>{{");
        answer.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'none'");
    }
}

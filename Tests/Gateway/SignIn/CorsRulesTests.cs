using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn.Cors;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
internal sealed class CorsRulesTests
{
    [Test]
    public void Who_is_named_comes_with_cookies_and_whoever_else_a_star_lets_in_without()
    {
        var app = App("https://named.example", "*");

        Preflight(app, "https://named.example").Should().Be((StatusCodes.Status204NoContent, "https://named.example", "true"));
        Preflight(app, "https://anybody.example").Should().Be((StatusCodes.Status204NoContent, "*", ""));
        Read(app, "https://named.example").Should().Be(("https://named.example", "true"));
        Read(app, "https://anybody.example").Should().Be(("*", ""));
    }

    [Test]
    public void Who_is_not_let_in_is_told_nothing()
    {
        var app = App("https://named.example");

        Preflight(app, "https://anybody.example").Should().Be((StatusCodes.Status403Forbidden, "", ""));
        Read(app, "https://anybody.example").Should().Be(("", ""));
    }

    [Test]
    public void A_star_lets_nobody_open_a_WebSocket_with_a_person_s_cookie()
    {
        CorsRules.IsNamed(Ask("https://anybody.example").Request, App("*")).Should().BeFalse();
        CorsRules.IsNamed(Ask("https://named.example").Request, App("https://named.example")).Should().BeTrue();
    }

    private static (int Status, string Origin, string Credentials) Preflight(PublishedApp app, string origin)
    {
        var context = Ask(origin);
        context.Request.Method = "OPTIONS";
        context.Request.Headers.AccessControlRequestMethod = "PUT";
        CorsRules.TryAnswer(context, app).Should().BeTrue();
        return (context.Response.StatusCode, context.Response.Headers.AccessControlAllowOrigin.ToString(), context.Response.Headers.AccessControlAllowCredentials.ToString());
    }

    private static (string Origin, string Credentials) Read(PublishedApp app, string origin)
    {
        var context = Ask(origin);
        CorsRules.LetRead(context, app);
        return (context.Response.Headers.AccessControlAllowOrigin.ToString(), context.Response.Headers.AccessControlAllowCredentials.ToString());
    }

    private static DefaultHttpContext Ask(string origin) => new() { Request = { Scheme = "https", Host = new HostString("hr.example.com"), Path = "/api", Headers = { Origin = origin } } };

    private static PublishedApp App(params string[] origins) => SignInApps.Read($$"""
        , "segmentsConfiguration": { "applicationSegments": [ { "id": "all", "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr/", "corsConfigurations": [
          { "resource": "/", "allowedOrigins": [ {{string.Join(", ", origins.Select(static origin => $"\"{origin}\""))}} ], "allowedMethods": [ "*" ], "allowedHeaders": [ "*" ], "maxAgeInSeconds": 600 } ] } ] }
        """);
}

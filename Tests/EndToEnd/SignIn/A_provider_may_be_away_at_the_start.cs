using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(60_000)]
public sealed class A_provider_may_be_away_at_the_start : EndToEndTest
{
    private readonly int _providerPort = FreePort.Take();

    [Test]
    public async Task Then_open_apps_are_served_and_people_sign_in_when_it_answers(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var open = proxy.CreateClient("open");
        using var people = proxy.CreateClient("people");

        (await open.GetStringAsync("", cancellation)).Should().Be("served");
        foreach (var (accept, type) in ((string, string)[])[("text/html", "text/html"), ("application/json", "application/problem+json")])
        {
            using var refused = await GetAsync(people, accept, cancellation);
            refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            refused.Headers.GetValues("AppProxy-Error").Should().Equal("provider-away");
            refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
            refused.Content.Headers.ContentType!.MediaType.Should().Be(type);
        }

        await StartProviderAsync(Issuer, StatusCodes.Status200OK, cancellation);
        await Log.WaitForAsync(static entry => entry.EventId == 6112, cancellation);
        using var page = await GetAsync(people, "text/html", cancellation);
        page.StatusCode.Should().Be(HttpStatusCode.Redirect);
        page.Headers.Location!.Host.Should().Be("gateway.localhost");
    }

    [Test]
    public async Task One_that_answers_late_and_is_another_is_told(CancellationToken cancellation)
    {
        ExpectErrors(6113);
        var proxy = await StartAsync(cancellation);
        await StartProviderAsync("http://somebody.example", StatusCodes.Status200OK, cancellation);

        (await Log.WaitForAsync(static entry => entry.EventId == 6113, cancellation)).Text.Should().Contain("calls itself 'http://somebody.example'");
        using var people = proxy.CreateClient("people");
        using var refused = await GetAsync(people, "text/html", cancellation);
        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    [TestCase(StatusCodes.Status404NotFound, "Check the URL")]
    [TestCase(StatusCodes.Status200OK, "calls itself 'http://somebody.example'")]
    public async Task One_that_is_there_and_wrong_stops_the_start(int status, string because, CancellationToken cancellation)
    {
        await StartProviderAsync("http://somebody.example", status, cancellation);

        (await FluentActions.Awaiting(() => StartAsync(cancellation)).Should().ThrowAsync<OptionsValidationException>()).Which.Failures.Should().ContainSingle().Which.Should().Contain(because);
    }

    [Test]
    public async Task One_that_cannot_now_is_away(CancellationToken cancellation)
    {
        await StartProviderAsync(Issuer, StatusCodes.Status503ServiceUnavailable, cancellation);

        var proxy = await StartAsync(cancellation);

        using var open = proxy.CreateClient("open");
        (await open.GetStringAsync("", cancellation)).Should().Be("served");
    }

    private string Issuer => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{_providerPort}");

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string accept, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await client.SendAsync(request, cancellation);
    }

    private Task<TestEnvironment> StartAsync(CancellationToken cancellation)
    {
        var port = FreePort.Take();
        return StartAsync(
            options =>
            {
                options.Port = port;
                options.Publish("open", static context => context.Response.WriteAsync("served"));
                options.Publish("people", static context => context.Response.WriteAsync("served"));
                options.AppsFile = _ => $$"""
                    { "applications": [
                      { "id": "open", "displayName": "Open", "onPremisesPublishing": { "externalUrl": "http://open.localhost:{{port}}/", "internalUrl": "http://open/", "externalAuthenticationType": "passthru" } },
                      { "id": "people", "displayName": "People", "onPremisesPublishing": { "externalUrl": "http://people.localhost:{{port}}/", "internalUrl": "http://people/", "externalAuthenticationType": "aadPreAuthentication" } } ] }
                    """;
                options.GatewaySettings["Gateway:SignIn:Authority"] = Issuer;
                options.GatewaySettings["Gateway:SignIn:ClientId"] = "gateway";
                options.GatewaySettings["Gateway:SignIn:Origin"] = $"http://gateway.localhost:{port}";
            },
            cancellation);
    }

    /// <summary>As much of a provider as the start looks at.</summary>
    private async Task StartProviderAsync(string issuer, int status, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_providerPort}"));
        var provider = Use(builder.Build());
        using var rsa = RSA.Create(2048);
        var key = rsa.ExportParameters(includePrivateParameters: false);
        var keys = $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"1","n":"{{Base64UrlEncoder.Encode(key.Modulus)}}","e":"{{Base64UrlEncoder.Encode(key.Exponent)}}"}]}""";
        provider.Run(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(context.Request.Path == "/keys" ? keys : $$"""
                {"issuer":"{{issuer}}","authorization_endpoint":"{{Issuer}}/authorize","token_endpoint":"{{Issuer}}/token","jwks_uri":"{{Issuer}}/keys"}
                """);
        });
        await provider.StartAsync(cancellation);
    }
}

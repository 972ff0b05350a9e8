using System.Globalization;
using System.Net;
using System.Text;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.Storage;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AppProxy.Tests.EndToEnd.SignIn;

/// <summary>Starts a gateway whose apps ask people to sign in, over TLS, with a provider beside it.</summary>
public abstract class SignInTest : EndToEndTest
{
    /// <summary>Longest that a test may take: the provider is a process that must start, the first time after npm fetched it.</summary>
    protected const int SignInGuard = 90_000;

    private readonly int _port = FreePort.Take();

    /// <summary>Origin of the gateway's own host.</summary>
    private protected Uri Own => new($"https://gateway.localhost:{_port}/");

    private protected OpenIdProvider Provider { get; private set; } = null!;

    /// <summary>As most providers do not: what is asked of them is in a URL, which its browser's owner can change. To be said before the start.</summary>
    private protected bool ProviderTakesPushedRequests { get; set; } = true;

    /// <summary>Unless it does, it says when it saw somebody only to who gives it a <c>max_age</c>, or asks for the scope profile. To be said before the start.</summary>
    private protected bool ProviderTakesClaimsRequests { get; set; } = true;

    /// <param name="only">The one app there is; two unless told.</param>
    private protected async Task<TestEnvironment> StartSignInAsync(CancellationToken cancellationToken, Action<TestEnvironmentOptions>? configure = null, string? only = null)
    {
        Provider ??= Use(await OpenIdProvider.StartAsync(Own.ToString().TrimEnd('/'), $"https://127.0.0.1:{_port}/sign-out/back-channel", cancellationToken, ProviderTakesPushedRequests, ProviderTakesClaimsRequests));
        return await StartAsync(
            options =>
            {
                options.Front = TestProtocol.Https1;
                options.Port = _port;
                options.PublishedPort = _port;
                options.Publishing["externalAuthenticationType"] = "aadPreAuthentication";
                options.Application["appRoleAssignmentRequired"] = false;
                options.GatewaySettings["Gateway:SignIn:Authority"] = Provider.Issuer;
                options.GatewaySettings["Gateway:SignIn:ClientId"] = "gateway";
                options.GatewaySettings["Gateway:SignIn:ClientSecret"] = "gateway-secret";
                options.GatewaySettings["Gateway:SignIn:Origin"] = Own.ToString();
                foreach (var app in only is null ? ["app", "other"] : new[] { only })
                {
                    options.Publish(app, EchoAsync);
                }

                configure?.Invoke(options);
            },
            cancellationToken);
    }

    /// <summary>Opens a page of an app, and signs in where the provider asks for it.</summary>
    private protected static async Task<BrowserAnswer> SignInAsync(TestBrowser browser, Uri page, string name, CancellationToken cancellationToken)
    {
        var form = await browser.GoAsync(page, cancellationToken);
        return form.Url.Host == "localhost" ? await browser.SubmitAsync(form, cancellationToken, ("name", name), ("password", name)) : form;
    }

    private protected static SessionRegistry SessionsOf(TestEnvironment proxy) => proxy.GatewayServices.GetRequiredService<SessionRegistry>();

    /// <summary>What is asked of a table that is not there fails as it does with a server that is not.</summary>
    private protected static Task<int> RenameAsync(StoreConnection store, string from, string to, CancellationToken cancellation)
#pragma warning disable EF1002 // Names of this test's.
        => store.UseAsync(context => context.Database.ExecuteSqlRawAsync($"ALTER TABLE \"{from}\" RENAME TO \"{to}\"", cancellation));
#pragma warning restore EF1002

    /// <summary>That the store is away, as everybody is told.</summary>
    /// <param name="missing">The table that was asked for.</param>
    private protected void ShouldBeToldOf(BrowserAnswer answer, string missing = "")
    {
        answer.Status.Should().Be(HttpStatusCode.ServiceUnavailable, "{0}: {1}", answer.Url, answer.Body);
        answer.Error.Should().Be("store-unavailable");
        var reference = answer.Headers.GetValues("AppProxy-Reference").Single();
        Log.Entries.Should().ContainSingle(entry => entry.EventId == 3011 && entry.Text.Contains(reference) && entry.Text.Contains(missing), "who asks can be told why");
    }

    /// <summary>Says what came: method, URL, Cookie, and a form's text.</summary>
    private protected static async Task EchoAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body, Encoding.UTF8).ReadToEndAsync(context.RequestAborted);
        foreach (var cookie in context.Request.Query["set"])
        {
            context.Response.Headers.Append("Set-Cookie", cookie);
        }

        await context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture, $"{context.Request.Method} {context.Request.GetEncodedPathAndQuery()} cookies=[{context.Request.Headers.Cookie}] authorization=[{context.Request.Headers.Authorization}] body=[{body}]"));
    }
}

using System.Net;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>Connectors that were told nothing but who they are.</summary>
[TestFixture]
public sealed class Apps_come_from_the_gateway : EndToEndTest
{
    private const int DestinationRefused = 2305;

    [Test, CancelAfter(Guard)]
    public async Task A_connector_without_apps_serves_those_of_its_group([Values("GET", "POST")] string method, CancellationToken cancellation)
    {
        var proxy = await StartAsync(options => Give(options).Publish("app", static context => context.Response.WriteAsync("served")), cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "x"), cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be("served");
    }

    [Test, CancelAfter(Guard)]
    public async Task This_machine_is_no_place_for_an_app_of_the_gateway_s_unless_that_is_allowed([Values] TestProtocol protocol, CancellationToken cancellation)
    {
        var calls = 0;
        var proxy = await StartAsync(
            options =>
            {
                Give(options).Publish("app", protocol, context =>
                {
                    Interlocked.Increment(ref calls);
                    return Task.CompletedTask;
                });
                options.ConnectorSettings["Connector:AllowedNetworks:0"] = "10.0.0.0/8";
                options.Publishing["isBackendCertificateValidationEnabled"] = false;
                if (protocol is TestProtocol.Http2)
                {
                    options.Relay["backEnd"] = new { httpVersion = "2" };
                }
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.GetAsync("", cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("target-refused");
        calls.Should().Be(0);
        Log.Entries.Should().Contain(static entry => entry.EventId == DestinationRefused && entry.Text.Contains("127.0.0.1 is not in Connector:AllowedNetworks"));
    }

    [Test, CancelAfter(Guard)]
    public async Task Without_a_list_only_this_machine_is_refused(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            options =>
            {
                Give(options).Publish("app", static context => context.Response.WriteAsync("served"));
                options.ConnectorSettings["Connector:AllowedNetworks:0"] = "";
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetAsync("", cancellation)).Headers.GetValues("AppProxy-Error").Should().Equal("target-refused");
        Log.Entries.Should().Contain(static entry => entry.EventId == DestinationRefused && entry.Text.Contains("this machine"));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_wildcard_s_name_becomes_the_internal_host([Values] bool isEnrolled, CancellationToken cancellation)
    {
        await using var app = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync($"{context.Request.Host} {context.Request.Path}"), cancellation);
        var internalPort = new Uri(app.Url).Port;
        var proxy = await StartAsync(
            options =>
            {
                options.Connectors = 0;
                Give(options).Publish("app", new Uri(app.Url));
                options.Enrolls = isEnrolled;
                options.AppsFile = port => $$"""
                    { "applications": [ { "id": "app", "displayName": "Wild", "onPremisesPublishing": {
                      "externalUrl": "http://*.wild.localhost:{{port}}/", "internalUrl": "http://*.corp.localhost:{{internalPort}}/base/", "externalAuthenticationType": "passthru" } } ] }
                    """;
            },
            cancellation);
        await proxy.StartConnectorAsync(
            isEnrolled ? null : new Dictionary<string, string?> { ["Connector:Apps:app:InternalUrl"] = $"http://*.corp.localhost:{internalPort}/base/" }, cancellation);

        (await GetAsync("one")).Should().Be((HttpStatusCode.OK, $"one.corp.localhost:{internalPort} /base/x"));
        (await GetAsync("two.of.them")).Should().Be((HttpStatusCode.OK, $"two.of.them.corp.localhost:{internalPort} /base/x"));
        (await GetAsync("xn--bcher-kva")).Should().Be((HttpStatusCode.OK, $"xn--bcher-kva.corp.localhost:{internalPort} /base/x"));
        (await GetAsync("a-.b")).Status.Should().Be(HttpStatusCode.BadRequest, "no host is called that");

        async Task<(HttpStatusCode Status, string Text)> GetAsync(string name)
        {
            using var client = proxy.CreateClient("app");
            using var request = new HttpRequestMessage(HttpMethod.Get, "x") { Headers = { Host = $"{name}.wild.localhost:{proxy.GatewayUrl.Port}" } };
            using var answer = await client.SendAsync(request, cancellation);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        }
    }

    /// <summary>Takes the app's place away from connectors, and lets them come here for it.</summary>
    private static TestEnvironmentOptions Give(TestEnvironmentOptions options)
    {
        options.Enrolls = true;
        options.ConnectorSettings["Connector:Apps:app:InternalUrl"] = "";
        options.ConnectorSettings["Connector:AllowedNetworks:0"] = "127.0.0.0/8";
        return options;
    }
}

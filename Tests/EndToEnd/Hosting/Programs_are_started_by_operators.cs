using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Hosting;

/// <summary>Gateway and connector as in production: two programs, each with its own configuration.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class Programs_are_started_by_operators
{
    private const string Key = "a key that only this test knows, with some length";

    [Test]
    public async Task A_changed_apps_file_is_served_and_a_bad_one_is_not(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(static context => context.Response.WriteAsync("served " + context.Request.Path));
        await app.StartAsync(cancellation);
        var port = LoopbackPort.Take();
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        there.Write("apps.json", Apps(port, app.Urls.Single(), "one"));
        there.Write("appsettings.json", JsonSerializer.Serialize(new { Gateway = new { Broker = new { ConnectorKeys = new { site = new { Key } } } } }));
        here.Write("appsettings.json", JsonSerializer.Serialize(new
        {
            Connector = new
            {
                Broker = new { Url = $"ws://127.0.0.1:{port}", KeyName = "site", Key },
                Apps = new { one = new { InternalUrl = app.Urls.Single() + "/1" }, two = new { InternalUrl = app.Urls.Single() + "/2" } },
            },
        }));

        await using var gateway = RunningProgram.Start(ProductExecutables.Gateway, ["--urls", $"http://127.0.0.1:{port}"], there.Path);
        await gateway.WaitForLineAsync("Application started", cancellation);
        await using var connector = RunningProgram.Start(ProductExecutables.Connector, [], here.Path);
        using var one = LoopbackClient.Create(new Uri($"http://one.localhost:{port}/"));
        using var two = LoopbackClient.Create(new Uri($"http://two.localhost:{port}/"));

        (await one.GetStringAsync("/x", cancellation)).Should().Be("served /1/x");
        (await two.GetAsync("/x", cancellation)).StatusCode.Should().Be(HttpStatusCode.NotFound);

        there.Write("apps.json", Apps(port, app.Urls.Single(), "one", "two"));
        await gateway.WaitForLineAsync("2 apps", cancellation);
        (await two.GetStringAsync("/x", cancellation)).Should().Be("served /2/x");

        there.Write("apps.json", """{ "applications": [ { "displayName": 1 } ] }""");
        await gateway.WaitForLineAsync("is not served, the one before stays", cancellation);
        (await two.GetStringAsync("/y", cancellation)).Should().Be("served /2/y");

        connector.Signal("TERM");
        (await connector.Exited.WaitAsync(cancellation)).Should().Be(0, connector.Output + connector.Errors);
        gateway.Signal("TERM");
        (await gateway.Exited.WaitAsync(cancellation)).Should().Be(0, gateway.Output + gateway.Errors);
    }

    [Test]
    public async Task A_gateway_without_configuration_says_what_it_needs(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();

        var errors = await RefusedAsync(ProductExecutables.Gateway, [], folder, cancellation);

        errors.Should().HaveCount(2);
        errors.Should().ContainSingle(line => line.Contains("Gateway:Broker:ConnectorKeys is empty"));
        errors.Should().ContainSingle(line => line.Contains("apps.json") && line.Contains("does not exist"));
    }

    [Test]
    public async Task A_connector_without_configuration_says_what_it_needs(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();

        var errors = await RefusedAsync(ProductExecutables.Connector, [], folder, cancellation);

        errors.Should().ContainSingle().Which.Should().StartWith("Connector:Identity").And.Contain("enroll").And.Contain("Connector:Broker:Key");
    }

    [Test]
    public async Task Wrong_settings_are_each_a_line(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();

        (await RefusedAsync(ProductExecutables.Connector, ["--Connector:Slots=many", "--Connector:Slotz=1"], folder, cancellation)).Should().HaveCount(3);
        (await RefusedAsync(ProductExecutables.Gateway, ["--urls", "nonsense", "--Gateway:Broker:Listen=amqp://0.0.0.0:1"], folder, cancellation)).Should().HaveCount(4);
    }

    [Test]
    public async Task A_file_that_is_no_json_is_named([Values] bool isGateway, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("appsettings.json", "{ \"Gateway\": ");

        var errors = await RefusedAsync(isGateway ? ProductExecutables.Gateway : ProductExecutables.Connector, [], folder, cancellation);

        errors.Should().ContainSingle().Which.Should().Contain("appsettings.json");
    }

    [Test]
    public async Task An_app_that_asks_for_sign_in_is_refused(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", Apps(80, "http://localhost", "one").Replace("passthru", "aadPreAuthentication", StringComparison.Ordinal));

        var errors = await RefusedAsync(ProductExecutables.Gateway, ["--Gateway:Broker:ConnectorKeys:site:Key=" + Key], folder, cancellation);

        errors.Should().ContainSingle().Which.Should().Contain("externalAuthenticationType");
    }

    [Test]
    public async Task What_cannot_be_listened_on_is_one_line(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", "{}");
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var taken = string.Create(CultureInfo.InvariantCulture, $"{occupied.LocalEndpoint}");
        string[] key = ["--Gateway:Broker:ConnectorKeys:site:Key=" + Key];

        (await RefusedAsync(ProductExecutables.Gateway, [.. key, "--urls", "http://" + taken], folder, cancellation))
            .Should().ContainSingle().Which.Should().Contain(taken).And.Contain("--urls");
        (await RefusedAsync(ProductExecutables.Gateway, [.. key, "--urls", "http://127.0.0.1:0", "--Gateway:Broker:Listen=amqp://" + taken], folder, cancellation))
            .Should().ContainSingle().Which.Should().Contain(taken).And.Contain("Gateway:Broker:Listen");
        (await RefusedAsync(ProductExecutables.Gateway, [.. key, "--urls", "https://127.0.0.1:0", "--Kestrel:Certificates:Default:Path=/nowhere.pem"], folder, cancellation))
            .Should().ContainSingle().Which.Should().Contain("/nowhere.pem");
    }

    private static async Task<string[]> RefusedAsync(string program, string[] arguments, WorkingFolder folder, CancellationToken cancellation)
    {
        await using var run = await RunningProgram.RunAsync(program, arguments, cancellation, folder.Path);
        (await run.Exited).Should().Be(2, run.Output + run.Errors);
        (run.Output + run.Errors).Should().NotContain("   at ", "a stack trace helps no operator");
        return run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Apps(int port, string internalUrl, params string[] names) => JsonSerializer.Serialize(new
    {
        applications = names.Select(name => new
        {
            id = name,
            displayName = name,
            onPremisesPublishing = new { externalUrl = $"http://{name}.localhost:{port}/", internalUrl, externalAuthenticationType = "passthru" },
        }),
    });
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.Gateway;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Catalogue;

/// <summary>The published apps as an administrator deals with them: commands beside gateways that run.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Apps_are_administered
{
    private const string Key = "a key that only this test knows, with some length";
    private static readonly string[] KeySetting = ["--Gateway:Broker:ConnectorKeys:site:Key=" + Key];

    [Test]
    public async Task What_is_applied_is_live_on_every_gateway_within_five_seconds([Values] StoreKind kind, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        await using var server = kind == StoreKind.PostgreSql ? await PostgreSqlServer.StartAsync(cancellation) : null;
        var store = server?.ConnectionString("apps") ?? "appproxy.db";
        folder.Write("apps.json", Apps(("one", "")));
        await RunAsync(folder, cancellation, "apply", "-f", "apps.json", "--store", store);
        int[] ports = [LoopbackPort.Take(), LoopbackPort.Take()];
        await using var first = await StartGatewayAsync(folder, ports[0], store, cancellation);
        await using var second = await StartGatewayAsync(folder, ports[1], store, cancellation);
        await first.WaitForLineAsync("1 apps", cancellation);

        folder.Write("apps.json", Apps(("one", ""), ("two", "")));
        (await RunAsync(folder, cancellation, "apply", "-f", "apps.json", "--store", store)).Should().Contain("+ application two").And.Contain("1 unchanged");
        var applied = Stopwatch.GetTimestamp();

        await first.WaitForLineAsync("2 apps", cancellation);
        await second.WaitForLineAsync("2 apps", cancellation);
        Stopwatch.GetElapsedTime(applied).Should().BeLessThan(TimeSpan.FromSeconds(5));
        foreach (var port in ports)
        {
            using var client = LoopbackClient.Create(new Uri($"http://127.0.0.1:{port}/"));
            (await SendAsync(client, "two.localhost", cancellation)).Should().Be(HttpStatusCode.ServiceUnavailable, "it is published, and has no connector");
            (await SendAsync(client, "three.localhost", cancellation)).Should().Be(HttpStatusCode.NotFound);
        }
    }

    [Test]
    public async Task Segments_alternate_urls_and_wildcards_reach_what_they_name(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(static context => context.Response.WriteAsync($"{context.Request.Path} {context.Request.Headers["X-Forwarded-Host"]} {context.Request.Headers["X-Forwarded-Prefix"]}"));
        await app.StartAsync(cancellation);
        var port = LoopbackPort.Take();
        var there = app.Urls.Single();
        using var folder = new WorkingFolder();
        folder.Write("apps.json", $$"""
            { "applications": [
              { "id": "shop", "displayName": "Shop", "onPremisesPublishing": {
                "externalUrl": "http://shop.localhost:{{port}}/", "internalUrl": "{{there}}/main/", "externalAuthenticationType": "passthru",
                "alternateUrl": "http://shop.traffic.localhost:{{port}}/",
                "segmentsConfiguration": { "applicationSegments": [ { "id": "docs", "externalUrl": "http://shop.localhost:{{port}}/docs/", "internalUrl": "{{there}}/segment/" } ] } } },
              { "id": "wild", "displayName": "Wild", "onPremisesPublishing": {
                "externalUrl": "http://*.wild.localhost:{{port}}/", "internalUrl": "http://*.corp.example/", "externalAuthenticationType": "passthru" } } ] }
            """);
        using var here = new WorkingFolder();
        here.Write("appsettings.json", JsonSerializer.Serialize(new
        {
            Connector = new
            {
                Broker = new { Url = $"ws://127.0.0.1:{port}", KeyName = "site", Key },
                Apps = new Dictionary<string, object> { ["shop"] = new { InternalUrl = there + "/main" }, ["shop.docs"] = new { InternalUrl = there + "/segment" }, ["wild"] = new { InternalUrl = there + "/wild" } },
            },
        }));
        await using var gateway = RunningProgram.Start(ProductExecutables.Gateway, [.. KeySetting, "--urls", $"http://127.0.0.1:{port}"], folder.Path);
        await gateway.WaitForLineAsync("Application started", cancellation);
        await using var connector = RunningProgram.Start(ProductExecutables.Connector, [], here.Path);

        (await GetAsync("shop.localhost", "/x")).Should().Be($"/main/x shop.localhost:{port} ");
        (await GetAsync("SHOP.traffic.localhost.", "/x")).Should().StartWith("/main/x ");
        (await GetAsync("shop.localhost", "/docs/x")).Should().Be($"/segment/x shop.localhost:{port} /docs");
        (await GetAsync("any.wild.localhost", "/x")).Should().Be($"/wild/x any.wild.localhost:{port} ");

        async Task<string> GetAsync(string host, string path)
        {
            using var client = LoopbackClient.Create(new Uri($"http://127.0.0.1:{port}/"));
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = $"{host}:{port}" } };
            using var response = await client.SendAsync(request, cancellation);
            return await response.Content.ReadAsStringAsync(cancellation);
        }
    }

    [Test]
    public async Task Every_mistake_in_a_file_is_a_line_and_nothing_of_it_is_applied(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", Apps(("one", "")));
        await RunAsync(folder, cancellation, "apply", "-f", "apps.json");
        var before = await RunAsync(folder, cancellation, "export");
        folder.Write("bad.json", Apps(("two", "\"applicationServerTimeout\": \"longer\", \"internalUrll\": \"x\","), ("ONE", "")).Replace("\"id\": \"ONE\"", "\"id\": \"other\"", StringComparison.Ordinal));

        await using var run = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["apply", "-f", "bad.json"], cancellation, folder.Path);

        (await run.Exited).Should().Be(2);
        run.Output.Should().BeEmpty();
        var lines = run.Errors.Split('\n');
        lines.Should().HaveCount(4).And.NotContain(line => line.Contains("   at "));
        lines[0].Should().EndWith("bad.json has 3 problems:");
        lines.Should().ContainSingle(line => line.Contains("line 2, $.applications[0].onPremisesPublishing.applicationServerTimeout"))
            .And.ContainSingle(line => line.Contains("'http://one.localhost/' is an external URL of 'one' (one in the store) too"));
        (await RunAsync(folder, cancellation, "export")).Should().Be(before);
    }

    [Test]
    public async Task What_the_gateway_would_refuse_is_not_applied(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", Apps(("one", ""), ("proxy", "")).Replace("passthru", "aadPreAuthentication", StringComparison.Ordinal));
        (await RunAsync(folder, cancellation, "apply", "-f", "apps.json", "--dry-run")).Should().Contain("people shall sign in to 'one'", "no gateway is configured here to ask");

        folder.Write("appsettings.json", """{ "Gateway": { "OwnHosts": [ "own.localhost" ] } }""");
        (await RefusedAsync()).Should().Contain("has 2 problems").And.Contain("there is nowhere to");

        folder.Write("appsettings.json", """{ "Gateway": { "SignIn": { "Authority": "https://login.example.com/", "ClientId": "gateway", "Origin": "https://proxy.localhost/" } } }""");
        (await RefusedAsync()).Should().Contain("$.applications[1].onPremisesPublishing.externalUrl").And.NotContain("nowhere");

        folder.Write("appsettings.json", """{ "Gateway": { "Directory": { "IsEnabled": true }, "OwnHosts": [ "own.localhost" ] } }""");
        (await RunAsync(folder, cancellation, "apply", "-f", "apps.json")).Should().Contain("3 added").And.NotContain("people shall sign in");

        async Task<string> RefusedAsync()
        {
            await using var run = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["apply", "-f", "apps.json"], cancellation, folder.Path);
            (await run.Exited).Should().Be(2, run.Output + run.Errors);
            File.Exists(Path.Combine(folder.Path, "appproxy.db")).Should().BeFalse();
            return run.Errors;
        }
    }

    [Test]
    public async Task What_is_exported_or_backed_up_comes_back(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", Apps(("one", ""), ("two", "\"isTranslateHostHeaderEnabled\": false,")));
        (await RunAsync(folder, cancellation, "apply", "-f", "apps.json", "--dry-run")).Should().Contain("a dry run");
        File.Exists(Path.Combine(folder.Path, "appproxy.db")).Should().BeFalse();
        await RunAsync(folder, cancellation, "apply", "-f", "apps.json");

        await RunAsync(folder, cancellation, "export", "-o", "exported.json");
        (await RunAsync(folder, cancellation, "apply", "-f", "exported.json", "--prune")).Should().Contain("nothing to change, 3 are as the file says");

        await RunAsync(folder, cancellation, "backup", "-o", "backup.json");
        await RunAsync(folder, cancellation, "restore", "-f", "backup.json", "--store", "other.db");
        (await RunAsync(folder, cancellation, "export", "--store", "other.db")).Should().Be(await File.ReadAllTextAsync(Path.Combine(folder.Path, "exported.json"), cancellation));
    }

    [Test]
    public async Task Apps_of_entra_are_imported_and_what_is_lost_is_listed(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("graph.json", """
            { "value": [ { "id": "a", "appId": "b", "displayName": "HR", "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/",
              "externalAuthenticationType": "passthru", "isDnsResolutionEnabled": true } } ] }
            """);

        await using var written = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["import", "-f", "graph.json", "-o", "apps.json"], cancellation, folder.Path);
        (await written.Exited).Should().Be(0, written.Errors);
        written.Errors.Split('\n').Should().HaveCount(2)
            .And.ContainSingle(static line => line.StartsWith("graph.json $.value[0] ('HR').connectorGroup: is told by nothing that was given"))
            .And.Contain("graph.json $.value[0] ('HR').onPremisesPublishing.isDnsResolutionEnabled: has no counterpart: there is no private DNS");

        (await RunAsync(folder, cancellation, "import", "-f", "graph.json")).Should().Contain("+ application a \"HR\"");
        (await RunAsync(folder, cancellation, "apply", "-f", "apps.json")).Should().Contain("nothing to change");
    }

    [Test]
    public async Task A_gateway_is_told_where_its_apps_are(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", "{}");

        (await RefusedAsync("--Gateway:Store=Host=x;Password=secret;Nonsense=1")).Should().StartWith("Gateway:Store cannot be read").And.NotContain("secret");
        (await RefusedAsync("--Gateway:Store=/nowhere/at/all.db")).Should().Contain("/nowhere/at/all.db: the store cannot be used");

        // The store that 'apply' makes goes before the file that nobody named.
        folder.Write("apps.json", Apps(("one", "")));
        await RunAsync(folder, cancellation, "apply", "-f", "apps.json");
        await using var gateway = RunningProgram.Start(ProductExecutables.Gateway, [.. KeySetting, "--urls", "http://127.0.0.1:0"], folder.Path);
        (await gateway.WaitForLineAsync("1 apps", cancellation)).Should().Contain("appproxy.db");

        async Task<string> RefusedAsync(params string[] settings)
        {
            await using var run = await RunningProgram.RunAsync(ProductExecutables.Gateway, [.. KeySetting, "--urls", "http://127.0.0.1:0", .. settings], cancellation, folder.Path);
            (await run.Exited).Should().Be(2, run.Output + run.Errors);
            run.Errors.Should().NotContain("\n");
            return run.Errors;
        }
    }

    private static async Task<string> RunAsync(WorkingFolder folder, CancellationToken cancellation, params string[] arguments)
    {
        await using var run = await RunningProgram.RunAsync(ProductExecutables.Gateway, arguments, cancellation, folder.Path);
        (await run.Exited).Should().Be(0, run.Output + run.Errors);
        return run.Output + "\n";
    }

    private static async Task<RunningProgram> StartGatewayAsync(WorkingFolder folder, int port, string store, CancellationToken cancellation)
    {
        var gateway = RunningProgram.Start(
            ProductExecutables.Gateway, [.. KeySetting, "--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), "--Gateway:Store=" + store], folder.Path);
        await gateway.WaitForLineAsync("Application started", cancellation);
        return gateway;
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, string host, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = host } };
        using var response = await client.SendAsync(request, cancellation);
        return response.StatusCode;
    }

    /// <summary>Apps that wait for no connector, each with some settings more.</summary>
    private static string Apps(params (string Name, string More)[] apps) => "{ \"applications\": [ " + string.Join(", ", apps.Select(app => $$"""
        { "id": "{{app.Name}}", "displayName": "{{app.Name}}", "relay": { "waitForConnector": "00:00:00" },
          "onPremisesPublishing": { {{app.More}} "externalUrl": "http://{{app.Name}}.localhost/", "internalUrl": "http://a.corp/", "externalAuthenticationType": "passthru" } }
        """)) + " ] }";
}

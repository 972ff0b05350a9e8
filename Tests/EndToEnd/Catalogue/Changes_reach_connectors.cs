using System.Net;
using System.Text.Json;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Catalogue;

/// <summary>A gateway with a store and a connector that was told nothing but who it is, as programs.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Changes_reach_connectors
{
    [Test]
    public async Task Apps_come_move_and_go_without_a_restart(CancellationToken cancellation)
    {
        await using var first = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("first"), cancellation);
        await using var second = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("second"), cancellation);
        var port = LoopbackPort.Take();
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        var store = Path.Combine(there.Path, "store.db");
        await ApplyAsync(("one", first.Url));
        await using var gateway = await ProductPrograms.StartGatewayAsync($"http://127.0.0.1:{port}", new Dictionary<string, string?> { ["Gateway:Store"] = store }, cancellation);
        await using var token = await RunAsync(ProductExecutables.Gateway, there, "connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", store);
        await using var connector = await ProductPrograms.StartConnectorAsync(
            new Dictionary<string, string?>
            {
                ["Connector:Identity"] = Path.Combine(here.Path, "identity.json"),
                ["Connector:Gateway"] = $"http://127.0.0.1:{port}",
                ["Connector:Enrollment:Token"] = token.Output.Split('\n')[0],
                ["Connector:AllowedNetworks:0"] = "127.0.0.1",
            },
            cancellation);
        (await GetAsync("one")).Should().Be((HttpStatusCode.OK, "first"));

        // A new app is served at once: its first request names the version that the connector pulls.
        await ApplyAsync(("one", first.Url), ("two", second.Url));
        await gateway.WaitForLineAsync("2 apps", cancellation);
        (await GetAsync("two")).Should().Be((HttpStatusCode.OK, "second"));
        (await GetAsync("one")).Should().Be((HttpStatusCode.OK, "first"));

        // One that moved is called where it is now.
        await ApplyAsync(("one", second.Url), ("two", second.Url));
        await gateway.WaitForLineAsync("2 apps", cancellation, skip: 1);
        (await GetAsync("one")).Should().Be((HttpStatusCode.OK, "second"));

        // Nothing is asked for any more, and the connector hears of it all the same.
        await ApplyAsync(("two", second.Url));
        await connector.WaitForLineAsync("are in use: 1 apps", cancellation, skip: 1);
        (await GetAsync("one")).Status.Should().Be(HttpStatusCode.NotFound);
        (await GetAsync("two")).Should().Be((HttpStatusCode.OK, "second"));
        connector.Output.Should().NotContain("warn:");

        async Task ApplyAsync(params (string Name, string Url)[] apps)
        {
            there.Write("apps.json", JsonSerializer.Serialize(new
            {
                applications = apps.Select(app => new
                {
                    id = app.Name,
                    displayName = app.Name,
                    onPremisesPublishing = new { externalUrl = $"http://{app.Name}.localhost:{port}/", internalUrl = app.Url + "/", externalAuthenticationType = "passthru" },
                }),
            }));
            await using var applied = await RunAsync(ProductExecutables.Gateway, there, "apply", "-f", "apps.json", "--prune", "--store", store);
        }

        async Task<(HttpStatusCode Status, string Text)> GetAsync(string app)
        {
            using var client = LoopbackClient.Create(new Uri($"http://{app}.localhost:{port}/"));
            using var answer = await client.GetAsync("/", cancellation);
            return (answer.StatusCode, answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(cancellation) : "");
        }

        async Task<RunningProgram> RunAsync(string program, WorkingFolder folder, params string[] arguments)
        {
            var run = await RunningProgram.RunAsync(program, arguments, cancellation, folder.Path);
            (await run.Exited).Should().Be(0, run.Output + run.Errors);
            return run;
        }
    }
}

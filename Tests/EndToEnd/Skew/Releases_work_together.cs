using System.Net;
using System.Text.Json;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Skew;

/// <summary>
/// Gateways and connectors are updated in any order: each of today's programs with the other one of each release that is at hand, both ways. Before
/// the second release there are only today's two.
/// </summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class Releases_work_together
{
    private static IEnumerable<TestCaseData> Pairs => Releases.All.SelectMany(static release => (TestCaseData[])[new(Releases.Today, release), new(release, Releases.Today)])
        .Prepend(new TestCaseData(Releases.Today, Releases.Today));

    [TestCaseSource(nameof(Pairs))]
    public async Task A_connector_enrols_and_serves(string gatewayRelease, string connectorRelease, CancellationToken cancellation)
    {
        await using var app = await LoopbackApp.StartAsync(
            static async context =>
            {
                if (HttpMethods.IsPost(context.Request.Method))
                {
                    await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
                    return;
                }

                await context.Response.WriteAsync("served " + context.Request.Path);
            },
            cancellation);
        using var folder = new WorkingFolder();
        var port = LoopbackPort.Take();
        folder.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = new[]
            {
                new { id = "app", displayName = "app", onPremisesPublishing = new { externalUrl = $"http://app.localhost:{port}/", internalUrl = app.Url, externalAuthenticationType = "passthru" } },
            },
        }));
        string[] store = ["--store", "store.db"];
        await using var gateway = RunningProgram.Start(
            Releases.GatewayOf(gatewayRelease), [$"--urls=http://127.0.0.1:{port}", "--Gateway:Apps=apps.json", "--Gateway:Store=store.db"], folder.Path);
        await gateway.WaitForLineAsync("Now listening on", cancellation);
        await using var token = await RunningProgram.RunAsync(Releases.GatewayOf(gatewayRelease), ["connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", .. store], cancellation, folder.Path);
        await using var enrolled = await RunningProgram.RunAsync(
            Releases.ConnectorOf(connectorRelease), ["enroll", "--gateway", $"http://127.0.0.1:{port}", "--token", token.Output.Split('\n')[0].Trim(), "--name", "berlin"], cancellation, folder.Path);
        (await enrolled.Exited).Should().Be(0, enrolled.Errors);
        await using var connector = RunningProgram.Start(Releases.ConnectorOf(connectorRelease), ["--Connector:Apps:app:InternalUrl=" + app.Url], folder.Path);
        await connector.WaitForLineAsync("connected to the broker", cancellation);

        using var client = LoopbackClient.Create(new Uri($"http://app.localhost:{port}/"));
        (await Task.WhenAll(Enumerable.Range(0, 20).Select(number => client.GetStringAsync($"/{number}", cancellation))))
            .Should().Equal(Enumerable.Range(0, 20).Select(static number => $"served /{number}"));
        var body = new string('x', 1_000_000);
        using var answer = await client.PostAsync("/", new StringContent(body), cancellation);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Be(body);
        await using var revoked = await RunningProgram.RunAsync(Releases.GatewayOf(gatewayRelease), ["connectors", "revoke", "berlin", .. store], cancellation, folder.Path);
        (await revoked.Exited).Should().Be(0, revoked.Errors);
        await connector.WaitForLineAsync("was revoked", cancellation);
    }
}

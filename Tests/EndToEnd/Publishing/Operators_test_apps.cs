using System.Text.Json;
using System.Text.Json.Nodes;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.EndToEnd.Tls;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Publishing;

/// <summary>The command as operators run it, beside a gateway and a connector that enrolled.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Operators_test_apps
{
    [Test]
    public async Task An_app_that_is_well_and_one_that_is_not(CancellationToken cancellation)
    {
        await using var app = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("served"), cancellation);
        using var authority = new TestAuthority("Nobody's");
        using var certificate = authority.Issue("127.0.0.1");
        await using var secured = await TlsApp.StartAsync(certificate, cancellation);
        var port = LoopbackPort.Take();
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        there.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = new[] { ("app", app.Url), ("secured", secured.Url.ToString()) }.Select(each => new
            {
                id = each.Item1,
                displayName = "The " + each.Item1,
                onPremisesPublishing = new { externalUrl = $"http://{each.Item1}.localhost:{port}/", internalUrl = each.Item2, externalAuthenticationType = "passthru" },
            }),
        }));
        there.Write("appsettings.json", """{ "Gateway": { "Apps": "apps.json", "Store": "store.db" } }""");
        await using var gateway = RunningProgram.Start(ProductExecutables.Gateway, [$"--urls=http://127.0.0.1:{port}"], there.Path);
        await gateway.WaitForLineAsync("Application started", cancellation);
        var (_, token) = await CommandAsync(["connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}"], there, cancellation);
        here.Write("token", token.Split('\n')[0] + "\n");
        await using var connector = RunningProgram.Start(ProductExecutables.Connector, [], here.Path, new Dictionary<string, string?>
        {
            ["Connector__Gateway"] = $"http://127.0.0.1:{port}",
            ["Connector__Enrollment__TokenFile"] = Path.Combine(here.Path, "token"),
            ["Connector__Apps__app__InternalUrl"] = app.Url,
            ["Connector__Apps__secured__InternalUrl"] = secured.Url.ToString(),
        });
        await connector.WaitForLineAsync("connected to the broker", cancellation);

        // It says what it reaches every two seconds.
        JsonNode well;
        while (true)
        {
            var (code, text) = await CommandAsync(["apps", "test", "The app", "--json"], there, cancellation);
            well = JsonNode.Parse(text)!;
            if (well["steps"]!.AsArray().Any(static step => (string?)step!["step"] == "back end" && (string?)step["state"] == "ok"))
            {
                code.Should().Be(0, text);
                break;
            }
        }

        well["isWell"]!.GetValue<bool>().Should().BeTrue();
        well["app"]!.GetValue<string>().Should().Be("app");
        well["milliseconds"]!["gateway"]!.GetValue<double>().Should().BePositive();
        var (failed, report) = await CommandAsync(["apps", "test", "secured"], there, cancellation);
        failed.Should().Be(1);
        report.Should().MatchRegex("FAILED +back end +.* reaches the app, but accepts no TLS with it: chain: ")
            .And.MatchRegex(@"FAILED +answer +.*\(502, app-tls-failed\)\n +> The connector's log says which check failed").And.Contain("2 failed");
    }

    [TestCase(new[] { "ap" }, "No app is called 'ap'. Did you mean 'app'?")]
    [TestCase(new[] { "app", "--url", "http://other.localhost/" }, "is none of 'app': no app is published there")]
    [TestCase(new[] { "app", "--gateway", "a b" }, "--gateway 'a b' must be")]
    [TestCase(new[] { "app", "--ca", "none.pem" }, "cannot be read")]
    [TestCase(new[] { "app", "--timeout", "0" }, "--timeout must be")]
    [TestCase(new[] { "wild" }, "say with --url which of the names to test")]
    public async Task What_cannot_be_tested_is_one_line(string[] arguments, string because, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = new[] { ("app", "http://app.localhost/", "http://app/"), ("wild", "http://*.localhost/", "http://*.local/") }.Select(static each => new
            {
                id = each.Item1,
                displayName = each.Item1,
                onPremisesPublishing = new { externalUrl = each.Item2.Replace("*.", "*.wild.", StringComparison.Ordinal), internalUrl = each.Item3, externalAuthenticationType = "passthru" },
            }),
        }));

        await using var command = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["apps", "test", .. arguments, "-f", "apps.json"], cancellation, folder.Path);

        (await command.Exited).Should().Be(2, command.Output + command.Errors);
        command.Errors.Trim().Should().Contain(because).And.NotContain("\n");
    }

    private static async Task<(int Code, string Output)> CommandAsync(string[] arguments, WorkingFolder folder, CancellationToken cancellation)
    {
        await using var command = await RunningProgram.RunAsync(ProductExecutables.Gateway, arguments, cancellation, folder.Path);
        command.Errors.Should().BeEmpty();
        return (await command.Exited, command.Output);
    }
}

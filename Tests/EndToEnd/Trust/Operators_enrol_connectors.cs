using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>Enrolment as operators do it: commands, files, programs.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Operators_enrol_connectors
{
    [Test]
    public async Task A_connector_is_enrolled_serves_and_is_revoked(CancellationToken cancellation)
    {
        await using var app = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("served"), cancellation);
        var port = LoopbackPort.Take();
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        await using var gateway = await StartGatewayAsync(there, port, app.Url, cancellation);

        await using var nowhere = await CommandAsync(ProductExecutables.Gateway, ["connectors", "token", "--group", "default", "--store", "store.db"], there, 2, cancellation);
        nowhere.Errors.Trim().Should().StartWith("--gateway is missing").And.NotContain("\n");
        await using var token = await CommandAsync(ProductExecutables.Gateway, ["connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", "store.db"], there, 0, cancellation);
        var lines = token.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        lines[0].Should().StartWith("apx1_");
        lines[^1].Should().Be($"dotnet run --project Connector -- enroll --gateway http://127.0.0.1:{port} --token {lines[0]}");

        await using var enrolled = await CommandAsync(ProductExecutables.Connector, [.. lines[^1].Split(' ').SkipWhile(word => word != "enroll"), "--name", "berlin"], here, 0, cancellation);
        enrolled.Output.Should().Contain("Enrolled as 'berlin' of group 'default'");
        await using var again = await CommandAsync(ProductExecutables.Connector, ["enroll", "--gateway", $"http://127.0.0.1:{port}", "--token", lines[0], "--replace"], here, 1, cancellation);
        again.Errors.Trim().Should().EndWith("(connectors token).").And.Contain("used already").And.NotContain("\n");

        await using var connector = RunningProgram.Start(ProductExecutables.Connector, ["--Connector:AllowedNetworks:0=127.0.0.1"], here.Path);
        await connector.WaitForLineAsync("connected to the broker", cancellation);
        using var client = LoopbackClient.Create(new Uri($"http://app.localhost:{port}/"));
        (await client.GetStringAsync("/", cancellation)).Should().Be("served");

        // It says how it is every two seconds: what is listed before the first time is not all of it.
        (await ListUntilAsync("connectors", @"berlin +default +online +0/256 +0 +1/1 ", there, cancellation)).Should().StartWith("NAME");
        (await ListUntilAsync("groups", "default +1/1 online +0/256 +0 +-", there, cancellation)).Should().StartWith("GROUP");
        var asked = TimeProvider.System.GetTimestamp();
        await using var revoked = await CommandAsync(ProductExecutables.Gateway, ["connectors", "revoke", "BERLIN", "--store", "store.db"], there, 0, cancellation);
        await gateway.WaitForLineAsync("is revoked: its connections are ended", cancellation);
        await connector.WaitForLineAsync("was revoked", cancellation);
        TimeProvider.System.GetElapsedTime(asked).Should().BeLessThan(TimeSpan.FromSeconds(10), "five seconds after the command, which starts a program");
        (await client.GetAsync("/", cancellation)).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);

        (gateway.Output + gateway.Errors + connector.Output + connector.Errors).Should().NotContain("apx1_");
    }

    [Test]
    public async Task A_connector_without_a_person_enrols_by_itself(CancellationToken cancellation)
    {
        await using var app = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("served"), cancellation);
        var port = LoopbackPort.Take();
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        await using var gateway = await StartGatewayAsync(there, port, app.Url, cancellation);
        await using var token = await CommandAsync(ProductExecutables.Gateway, ["connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", "store.db"], there, 0, cancellation);
        here.Write("token", token.Output.Split('\n')[0] + "\n");
        var settings = new Dictionary<string, string?>
        {
            ["Connector__Gateway"] = $"http://127.0.0.1:{port}",
            ["Connector__Enrollment__TokenFile"] = Path.Combine(here.Path, "token"),
            ["Connector__Apps__app__InternalUrl"] = app.Url,
        };
        using var client = LoopbackClient.Create(new Uri($"http://app.localhost:{port}/"));

        for (var start = 0; start < 2; start++)
        {
            // The second time the token is used up, and not needed.
            await using var connector = RunningProgram.Start(ProductExecutables.Connector, [], here.Path, settings);
            await connector.WaitForLineAsync("connected to the broker", cancellation);
            (await client.GetStringAsync("/", cancellation)).Should().Be("served");
        }
    }

    [Test]
    public async Task A_group_s_key_is_changed_with_a_connector_s_revocation(CancellationToken cancellation)
    {
        await using var app = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("served"), cancellation);
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        var port = LoopbackPort.Take();
        await using var gateway = await StartGatewayAsync(there, port, app.Url, cancellation);
        await using var token = await CommandAsync(ProductExecutables.Gateway, ["connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", "store.db"], there, 0, cancellation);
        await using var enrolled = await CommandAsync(
            ProductExecutables.Connector, ["enroll", "--gateway", $"http://127.0.0.1:{port}", "--token", token.Output.Split('\n')[0].Trim(), "--name", "berlin"], here, 0, cancellation);

        string[] revoke = ["connectors", "revoke", "berlin", "--rotate-group-key", "--store", "store.db"];
        there.Write("appsettings.json", $$"""{ "Gateway": { "ServiceBusRules": { "default": { "SealingKey": "{{Convert.ToBase64String(new byte[32])}}" } } } }""");
        await using var configured = await CommandAsync(ProductExecutables.Gateway, revoke, there, 2, cancellation);
        configured.Errors.Trim().Should().Contain("is in the configuration").And.Contain("Nothing was revoked").And.NotContain("\n");
        there.Write("appsettings.json", "{}");
        await using var list = await CommandAsync(ProductExecutables.Gateway, ["connectors", "list", "--store", "store.db"], there, 0, cancellation);
        list.Output.Should().MatchRegex("berlin +default +offline");

        await using var embedded = await CommandAsync(ProductExecutables.Gateway, revoke, there, 0, cancellation);
        embedded.Output.Should().Contain("is revoked").And.Contain("nothing is sealed").And.NotContain("from now on");

        var now = TimeProvider.System.GetUtcNow();
        await new StoreGroupKeyVault(StoreConnection.Parse(Path.Combine(there.Path, "store.db"))).TryAddAsync(new GroupKey("default", 1, GroupSecret.Create(), now, null), now, cancellation);
        await using var rotated = await CommandAsync(ProductExecutables.Gateway, revoke, there, 0, cancellation);
        rotated.Output.Should().Contain("is revoked").And.MatchRegex("Group 'default' has key [0-9a-f]{8} from now on");
    }

    [Test]
    public async Task Settings_that_cannot_be_read_are_told_in_a_line(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("appsettings.json", "{ \"Connector\": ");

        await using var command = await CommandAsync(ProductExecutables.Connector, ["enroll", "--gateway", "https://gateway.example.com", "--token", "apx1_cut"], folder, 2, cancellation);

        command.Errors.Trim().Should().Contain("appsettings.json").And.NotContain("\n");
    }

    [Test]
    public async Task Restoring_a_backup_revives_nobody(CancellationToken cancellation)
    {
        await using var app = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("served"), cancellation);
        using var there = new WorkingFolder();
        using var here = new WorkingFolder();
        var port = LoopbackPort.Take();
        await using var gateway = await StartGatewayAsync(there, port, app.Url, cancellation);
        await using var token = await CommandAsync(ProductExecutables.Gateway, ["connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", "store.db"], there, 0, cancellation);
        await using var enrolled = await CommandAsync(
            ProductExecutables.Connector, ["enroll", "--gateway", $"http://127.0.0.1:{port}", "--token", token.Output.Split('\n')[0].Trim(), "--name", "berlin"], here, 0, cancellation);
        await using var backup = await CommandAsync(ProductExecutables.Gateway, ["backup", "-o", "backup.json", "--store", "store.db"], there, 0, cancellation);
        await using var revoked = await CommandAsync(ProductExecutables.Gateway, ["connectors", "revoke", "berlin", "--store", "store.db"], there, 0, cancellation);

        await using var restored = await CommandAsync(ProductExecutables.Gateway, ["restore", "-f", "backup.json", "--store", "store.db"], there, 0, cancellation);
        restored.Output.Trim().Should().Be("Restored. These connectors stay without rights, unlike in the backup: berlin.");
        await using var list = await CommandAsync(ProductExecutables.Gateway, ["connectors", "list", "--store", "store.db"], there, 0, cancellation);
        list.Output.Should().MatchRegex("berlin +default +revoked");

        await using var elsewhere = await CommandAsync(ProductExecutables.Gateway, ["restore", "-f", "backup.json", "--store", "new.db"], there, 0, cancellation);
        elsewhere.Output.Trim().Should().Contain("has to be revoked again").And.NotContain("\n");
    }

    [TestCase(new[] { "connectors", "token", "--group", "a/b", "--store", "store.db" }, "name of a connector group")]
    [TestCase(new[] { "connectors", "token", "--group", "a", "--lifetime", "soon", "--store", "store.db" }, "--lifetime 'soon'")]
    [TestCase(new[] { "connectors", "token", "--group", "a", "--uses", "0", "--store", "store.db" }, "--uses 0")]
    [TestCase(new[] { "connectors", "token", "--store", "store.db" }, "--group")]
    [TestCase(new[] { "connectors", "token", "--group", "a", "--store", "store.db" }, "there is no store")]
    [TestCase(new[] { "connectors", "token", "--group", "a", "--gateway", "gateway.example.com", "--store", "store.db" }, "there is no store")]
    [TestCase(new[] { "connectors", "revoke", "nobody", "--store", "store.db" }, "there is no store")]
    public async Task What_cannot_be_done_is_one_line(string[] arguments, string because, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();

        await using var command = await CommandAsync(ProductExecutables.Gateway, arguments, folder, 2, cancellation);

        command.Errors.Trim().Should().Contain(because).And.NotContain("\n");
    }

    [TestCase(new[] { "enroll", "--gateway", "https://gateway.example.com" }, 1, "There is no token")]
    [TestCase(new[] { "enroll", "--gateway", "https://gateway.example.com", "--token", "apx1_cut" }, 1, "not copied whole")]
    [TestCase(new[] { "enroll", "--gateway", "https://gateway.example.com", "--token-file", "none" }, 1, "cannot be read")]
    [TestCase(new[] { "enroll", "--token", "apx1_cut" }, 1, "must be https://")]
    [TestCase(new[] { "enroll", "--nonsense" }, 2, "--nonsense")]
    public async Task What_cannot_be_enrolled_is_one_line(string[] arguments, int code, string because, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();

        await using var command = await CommandAsync(ProductExecutables.Connector, arguments, folder, code, cancellation);

        command.Errors.Trim().Should().Contain(because).And.NotContain("\n");
    }

    private static async Task<RunningProgram> StartGatewayAsync(WorkingFolder folder, int port, string app, CancellationToken cancellation)
    {
        folder.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = new[]
            {
                new
                {
                    id = "app",
                    displayName = "app",
                    onPremisesPublishing = new { externalUrl = $"http://app.localhost:{port}/", internalUrl = app, externalAuthenticationType = "passthru" },
                    relay = new { waitForConnector = "00:00:01" },
                },
            },
        }));
        return await ProductPrograms.StartGatewayAsync(
            $"http://127.0.0.1:{port}",
            new Dictionary<string, string?> { ["Gateway:Apps"] = Path.Combine(folder.Path, "apps.json"), ["Gateway:Store"] = Path.Combine(folder.Path, "store.db") },
            cancellation);
    }

    private static async Task<string> ListUntilAsync(string what, string pattern, WorkingFolder folder, CancellationToken cancellation)
    {
        while (true)
        {
            await using var list = await CommandAsync(ProductExecutables.Gateway, [what, "list", "--store", "store.db"], folder, 0, cancellation);
            if (Regex.IsMatch(list.Output, pattern))
            {
                return list.Output;
            }
        }
    }

    private static async Task<RunningProgram> CommandAsync(string program, string[] arguments, WorkingFolder folder, int code, CancellationToken cancellation)
    {
        var command = await RunningProgram.RunAsync(program, arguments, cancellation, folder.Path);
        (await command.Exited).Should().Be(code, command.Output + command.Errors);
        return command;
    }
}

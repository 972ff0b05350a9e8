using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>The command as operators run it, with the gateway's settings beside it.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Operators_check_the_broker
{
    private const string GatewayKey = "the gateway's, which is only known here";
    private const string ConnectorKey = "a connector's, which is only known here";

    [Test]
    public async Task A_namespace_that_is_well_and_then_is_not(CancellationToken cancellation)
    {
        await using var broker = await StartAsync(cancellation);
        using var folder = new WorkingFolder();
        WriteSettings(folder, broker.Tcp.Port, GatewayKey);

        var (code, text) = await CheckAsync(folder, cancellation);
        code.Should().Be(0, text);
        text.Should().MatchRegex(@"ok +round trip default +A sealed message .* in [\d.]+ ms\.").And.EndWith("Well.").And.NotContain("only known here");

        (code, text) = await CheckAsync(folder, cancellation, "--json");
        code.Should().Be(0, text);
        JsonNode.Parse(text)!["steps"]!.AsArray().Should().HaveCount(8);

        (code, text) = await CheckAsync(folder, cancellation, "--group", "elsewhere", "--json");
        code.Should().Be(1, text);
        JsonNode.Parse(text)!["isWell"]!.GetValue<bool>().Should().BeFalse();
    }

    [TestCase(false, "The key of rule 'gateway' is refused")]
    [TestCase(true, "Local authentication is off in the namespace")]
    public async Task A_key_that_is_refused(bool isIdentityTaken, string because, CancellationToken cancellation)
    {
        await using var identity = await LoopbackApp.StartAsync(
            context => context.Response.WriteAsJsonAsync(
                new
                {
                    access_token = "a token of Microsoft Entra ID",
                    expires_on = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                    resource = "https://servicebus.azure.net",
                    token_type = "Bearer",
                },
                cancellation),
            cancellation);
        await using var broker = isIdentityTaken
            ? await BrokerServer.StartAsync(null, TimeProvider.System, cancellation, tokens: new EntraTokens())
            : await StartAsync(cancellation);
        using var folder = new WorkingFolder();
        WriteSettings(folder, broker.Tcp.Port, isIdentityTaken ? GatewayKey : "another");

        await using var command = await RunningProgram.RunAsync(
            ProductExecutables.Gateway, ["broker", "check"], cancellation, folder.Path,
            new Dictionary<string, string?> { ["IDENTITY_ENDPOINT"] = identity.Url + "/msi/token", ["IDENTITY_HEADER"] = "only this machine knows" });

        (await command.Exited).Should().Be(1, command.Output + command.Errors);
        command.Errors.Should().BeEmpty();
        command.Output.Should().MatchRegex("FAILED +sign-in +" + because).And.NotContain("a token of Microsoft Entra ID");
    }

    [Test]
    public async Task The_embedded_broker_of_a_gateway_that_runs(CancellationToken cancellation)
    {
        var port = LoopbackPort.Take();
        using var folder = new WorkingFolder();
        folder.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = new[]
            {
                new { id = "app", displayName = "app", onPremisesPublishing = new { externalUrl = $"http://app.localhost:{port}/", internalUrl = "http://a.corp/", externalAuthenticationType = "passthru" } },
            },
        }));
        folder.Write("appsettings.json", JsonSerializer.Serialize(new { Gateway = new { Broker = new { ConnectorKeys = new { site = new { Key = ConnectorKey } } } } }));

        var (code, text) = await CheckAsync(folder, cancellation, "--gateway", $"http://127.0.0.1:{port}");
        code.Should().Be(1);
        text.Should().MatchRegex("FAILED +reach +No broker answers there");

        await using var gateway = RunningProgram.Start(ProductExecutables.Gateway, ["--urls", $"http://127.0.0.1:{port}"], folder.Path);
        await gateway.WaitForLineAsync("Application started", cancellation);
        (code, text) = await CheckAsync(folder, cancellation, "--gateway", $"http://127.0.0.1:{port}");
        code.Should().Be(0, text);
        text.Should().MatchRegex(@"ok +key site +Connectors' keys open requests\.default");
    }

    [TestCase("""{ "Gateway": { "ServiceBus": "Endpoint=sb://ns/" } }""", new string[0], "Gateway:ServiceBus: SharedAccessKeyName and SharedAccessKey are missing")]
    [TestCase("""{ "Gateway": { "Broker": { "ConnectorKeys": { "site": { "Key": "a key with at least thirty-two characters" } } } } }""", new[] { "--gateway", "nowhere" }, "--gateway 'nowhere' is no URL")]
    [TestCase("""{ "Gateway": { "Broker": { "ConnectorKeys": { "site": { "Key": "a key with at least thirty-two characters" } } } } }""", new[] { "--timeout", "0" }, "--timeout must be")]
    public async Task What_cannot_be_checked_is_told_in_lines(string settings, string[] arguments, string because, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("appsettings.json", settings);

        await using var command = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["broker", "check", .. arguments], cancellation, folder.Path);

        (await command.Exited).Should().Be(2, command.Output + command.Errors);
        command.Errors.Should().Contain(because).And.NotContain("   at ");
    }

    private static async Task<BrokerServer> StartAsync(CancellationToken cancellation)
    {
        var broker = await BrokerServer.StartAsync(
            static options =>
            {
                options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = "gateway", PrimaryKey = GatewayKey, Grants = [new EntityGrant("", EntityClaims.Send | EntityClaims.Listen)] });
                options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = "connector", PrimaryKey = ConnectorKey, Grants = ConnectorGrants.For("default") });
            },
            TimeProvider.System, cancellation);
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Requests("default") });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Replies("default"), RequiresSession = true });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Uplinks("default"), RequiresSession = true });
        return broker;
    }

    private static void WriteSettings(WorkingFolder folder, int port, string key) => folder.Write("appsettings.json", JsonSerializer.Serialize(new
    {
        Gateway = new
        {
            Store = "store.db",
            ServiceBus = $"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=gateway;SharedAccessKey={key};UseDevelopmentEmulator=true",
            ServiceBusRules = new { @default = new { RequestsKey = ConnectorKey, UplinksKey = ConnectorKey, RepliesKey = ConnectorKey } },
        },
    }));

    private static async Task<(int Code, string Output)> CheckAsync(WorkingFolder folder, CancellationToken cancellation, params string[] arguments)
    {
        await using var command = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["broker", "check", .. arguments], cancellation, folder.Path);
        command.Errors.Should().BeEmpty();
        return (await command.Exited, command.Output.TrimEnd());
    }

    private sealed class EntraTokens : ITokenVerifier
    {
        public bool IsShutOut(string bearer) => false;

        public bool TryVerify(string token, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out VerifiedToken? verified)
        {
            verified = token == "a token of Microsoft Entra ID" ? new VerifiedToken("identity", [new EntityGrant("", EntityClaims.Manage)], TimeProvider.System.GetUtcNow().AddHours(1)) : null;
            return verified is not null;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>A namespace without local authentication: both programs ask the machine for a token (a managed identity's endpoint stands in), and the broker takes no others.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Programs_sign_in_with_their_identity
{
    private const string IdentityHeader = "only this machine knows";

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_request_crosses_a_namespace_that_takes_no_keys(bool isEnrolled, CancellationToken cancellation)
    {
        var asked = 0;
        await using var identity = await LoopbackApp.StartAsync(
            context =>
            {
                Interlocked.Increment(ref asked);
                return context.Request.Headers["X-IDENTITY-HEADER"] != IdentityHeader || context.Request.Query["resource"] != "https://servicebus.azure.net"
                    ? Task.FromException(new InvalidOperationException("Not asked as a managed identity is."))
                    : context.Response.WriteAsJsonAsync(
                        new
                        {
                            access_token = "a token of Microsoft Entra ID",
                            expires_on = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                            resource = "https://servicebus.azure.net",
                            token_type = "Bearer",
                        },
                        cancellation);
            },
            cancellation);
        await using var broker = await BrokerServer.StartAsync(null, TimeProvider.System, cancellation, tokens: new EntraTokens());
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Requests("default") });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Replies("default"), RequiresSession = true });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Uplinks("default"), RequiresSession = true });
        await using var app = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("served"), cancellation);

        using var folder = new WorkingFolder();
        var port = LoopbackPort.Take();
        folder.Write("apps.json", JsonSerializer.Serialize(new
        {
            applications = new[]
            {
                new { id = "app", displayName = "app", onPremisesPublishing = new { externalUrl = $"http://app.localhost:{port}/", internalUrl = app.Url, externalAuthenticationType = "passthru" } },
            },
        }));
        var endpoint = $"Endpoint=sb://127.0.0.1:{broker.Tcp.Port};Authentication=ManagedIdentity;UseDevelopmentEmulator=true";
        var machine = new Dictionary<string, string?> { ["IDENTITY_ENDPOINT"] = identity.Url + "/msi/token", ["IDENTITY_HEADER"] = IdentityHeader };
        var key = Convert.ToBase64String(new byte[32]);
        await using var gateway = await ProductPrograms.StartGatewayAsync(
            $"http://127.0.0.1:{port}",
            new Dictionary<string, string?>(machine)
            {
                ["Gateway:Apps"] = Path.Combine(folder.Path, "apps.json"),
                ["Gateway:Store"] = isEnrolled ? Path.Combine(folder.Path, "store.db") : null,
                ["Gateway:ServiceBus"] = endpoint,
                ["Gateway:ServiceBusRules:default:SealingKey"] = isEnrolled ? null : key,
            },
            cancellation);
        if (isEnrolled)
        {
            await using var token = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["connectors", "token", "--group", "default", "--gateway", $"http://127.0.0.1:{port}", "--store", "store.db"], cancellation, folder.Path);
            await using var enrolled = await RunningProgram.RunAsync(
                ProductExecutables.Connector, ["enroll", "--gateway", $"http://127.0.0.1:{port}", "--token", token.Output.Split('\n')[0].Trim(), "--identity", Path.Combine(folder.Path, "id.json")],
                cancellation, folder.Path);
            (await enrolled.Exited).Should().Be(0, enrolled.Errors);
        }

        await using var connector = await ProductPrograms.StartConnectorAsync(
            new Dictionary<string, string?>(machine)
            {
                ["Connector:Identity"] = Path.Combine(folder.Path, "id.json"),
                ["Connector:Broker:ConnectionString"] = isEnrolled ? null : endpoint,
                ["Connector:Broker:SealingKey"] = isEnrolled ? null : key,
                ["Connector:Apps:app:InternalUrl"] = app.Url,
            },
            cancellation);

        using var client = LoopbackClient.Create(new Uri($"http://app.localhost:{port}/"));
        (await client.GetStringAsync("/", cancellation)).Should().Be("served");
        asked.Should().BeGreaterThan(1);
        (gateway.Output + gateway.Errors + connector.Output + connector.Errors).Should().NotContain("a token of Microsoft Entra ID");
    }

    /// <summary>What the namespace makes of a token: here, of one word.</summary>
    private sealed class EntraTokens : ITokenVerifier
    {
        public bool IsShutOut(string bearer) => false;

        public bool TryVerify(string token, [NotNullWhen(true)] out VerifiedToken? verified)
        {
            verified = token == "a token of Microsoft Entra ID"
                ? new VerifiedToken("identity", [new EntityGrant("", EntityClaims.Manage)], TimeProvider.System.GetUtcNow().AddHours(1))
                : null;
            return verified is not null;
        }
    }
}

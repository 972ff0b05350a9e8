using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Connectors.Checking;
using AppProxy.Gateway.Connectors.Tokens;

namespace AppProxy.Tests.Gateway.Connectors.Checking;

/// <summary>Our own broker in a namespace's place, as an operator set it up: right, but for what a test changes.</summary>
internal sealed class CheckedNamespace : IAsyncDisposable
{
    public const string GatewayKey = "the gateway's, which is only known here";
    public const string ConnectorKey = "a connector's, which is only known here";
    public const string EntraToken = "a token of Microsoft Entra ID";

    private BrokerServer? _server;

    /// <summary>What the namespace's rules are.</summary>
    public List<SharedAccessAuthorizationRule> Rules { get; } =
    [
        Rule(
            "gateway", GatewayKey,
            new EntityGrant("requests.default", EntityClaims.Send), new EntityGrant("uplinks.default", EntityClaims.Send), new EntityGrant("replies.default", EntityClaims.Listen)),
        Rule(
            "connector", ConnectorKey,
            new EntityGrant("requests.default", EntityClaims.Listen), new EntityGrant("uplinks.default", EntityClaims.Listen), new EntityGrant("replies.default", EntityClaims.Send)),
    ];

    /// <summary>What queues there are, by name.</summary>
    public Dictionary<string, QueueOptions> Queues { get; } = new QueueOptions[]
    {
        new() { Name = "requests.default" },
        new() { Name = "uplinks.default", RequiresSession = true },
        new() { Name = "replies.default", RequiresSession = true },
    }.ToDictionary(static queue => queue.Name);

    /// <summary>Whether it takes tokens of Microsoft Entra ID alone.</summary>
    public bool IsLocalAuthenticationOff { get; set; }

    public X509Certificate2? Certificate { get; set; }

    /// <summary>What the gateway's settings are.</summary>
    public string Credentials { get; set; } = "SharedAccessKeyName=gateway;SharedAccessKey=" + GatewayKey;

    public Dictionary<string, GroupRuleOptions> Settings { get; } = new()
    {
        ["default"] = new GroupRuleOptions { RequestsKey = ConnectorKey, UplinksKey = ConnectorKey, RepliesKey = ConnectorKey, SealingKey = GroupSecret.Create().Reveal() },
    };

    public static SharedAccessAuthorizationRule Rule(string name, string key, params EntityGrant[] grants) => new() { KeyName = name, PrimaryKey = key, Grants = grants };

    public async Task<BrokerReport> CheckAsync(CancellationToken cancellationToken, Func<NamespaceCheckOptions, NamespaceCheckOptions>? change = null)
    {
        _server = await BrokerServer.StartAsync(
            options =>
            {
                foreach (var rule in IsLocalAuthenticationOff ? [] : Rules)
                {
                    options.AuthorizationRules.Add(rule);
                }
            },
            TimeProvider.System, cancellationToken, Certificate, new EntraTokens());
        foreach (var queue in Queues.Values)
        {
            _server.Engine.GetOrCreate(queue);
        }

        var connection = ServiceBusConnectionString.Parse($"Endpoint=sb://127.0.0.1:{_server.Tcp.Port};{Credentials}{(Certificate is null ? ";UseDevelopmentEmulator=true" : "")}");
        var transport = connection.ToTransportOptions(TimeProvider.System) with { OperationTimeout = TimeSpan.FromSeconds(20) };
        var options = new NamespaceCheckOptions
        {
            Connection = connection,
            Transport = connection.UsesWorkloadIdentity ? transport with { TokenProvider = new Identity() } : transport,
            Rules = Settings,
            Groups = ["default"],
        };
        return await new NamespaceCheck(change?.Invoke(options) ?? options).RunAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>What this machine has.</summary>
    public sealed class Identity : IBrokerTokenProvider
    {
        public ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken)
            => ValueTask.FromResult(new BrokerToken(EntraToken, BrokerTokenKind.JsonWebToken, TimeProvider.System.GetUtcNow().AddHours(1)));
    }

    private sealed class EntraTokens : ITokenVerifier
    {
        public bool IsShutOut(string bearer) => false;

        public bool TryVerify(string token, [NotNullWhen(true)] out VerifiedToken? verified)
        {
            verified = token == EntraToken ? new VerifiedToken("identity", [new EntityGrant("", EntityClaims.Manage)], TimeProvider.System.GetUtcNow().AddHours(1)) : null;
            return verified is not null;
        }
    }
}

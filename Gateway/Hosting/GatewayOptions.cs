using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Certificates;
using AppProxy.Gateway.Connectors;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Directory;
using AppProxy.Gateway.Relay.Origin;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Hosting;

/// <summary>Section <c>Gateway</c> of the configuration. Where people reach it is Kestrel's own: <c>urls</c> or <c>Kestrel:Endpoints</c>.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>File of the published apps, in Microsoft Graph's names; read again when it changes.</summary>
    public string Apps { get; set; } = "apps.json";

    /// <summary>The store: path of a SQLite file, or connection string of a PostgreSQL server. Holds the published apps too, unless <see cref="Apps"/> is given.</summary>
    public string? Store { get; set; }

    /// <summary>File of the gateway's signing keys where there is no store; null: beside <see cref="Apps"/>.</summary>
    public string? Keys { get; set; }

    /// <summary>Host names of the gateway itself, which no app may claim.</summary>
    public List<string> OwnHosts { get; } = [];

    /// <summary>Certificates of the hosts that apps are published under.</summary>
    public CertificateOptions Certificates { get; set; } = new();

    /// <summary>Port of https on which clients who come with http are sent to the app that is published there; null sends nobody.</summary>
    public int? HttpsRedirectPort { get; set; }

    /// <summary>Whether the gateway may serve plain http to other machines, as behind a load balancer that ends TLS.</summary>
    public bool IsPlainHttpAllowed { get; set; }

    /// <summary>Connection string of an Azure Service Bus namespace that is used instead of the embedded broker.</summary>
    public string? ServiceBus { get; set; }

    /// <summary>With a namespace: the rules on each group's queues, with which the gateway makes tokens for enrolled connectors.</summary>
    public Dictionary<string, GroupRuleOptions> ServiceBusRules { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Which provider people sign in with.</summary>
    public SignInOptions SignIn { get; set; } = new();

    /// <summary>A provider of the gateway's own.</summary>
    public DirectoryOptions Directory { get; set; } = new();

    /// <summary>Who signed in, was turned away, or changed something.</summary>
    public AuditOptions SignInLog { get; set; } = new();

    public EmbeddedBrokerOptions Broker { get; set; } = new();

    public ConnectorAccessOptions Connectors { get; set; } = new();

    /// <summary>Most octets of a request's headers, up to 1 MB.</summary>
    public int MaxRequestHeaderBytes { get; set; } = 64 * 1024;

    /// <summary>Addresses and networks of proxies in front of the gateway, whose word about clients counts.</summary>
    public List<string> TrustedProxies { get; } = [];

    /// <summary>In which fields they say it.</summary>
    public ForwardedBy TrustedFields { get; set; } = ForwardedBy.XForwarded;

    /// <summary>Names of endpoints in <c>Kestrel:Endpoints</c> to which trusted proxies speak the PROXY protocol.</summary>
    public List<string> ProxyProtocol { get; } = [];
}

/// <summary>The broker inside the gateway.</summary>
internal sealed class EmbeddedBrokerOptions
{
    /// <summary>
    /// Where connectors dial in besides the WebSocket on the gateway's own port: <c>amqps://0.0.0.0:5671</c> with Kestrel's default
    /// certificate, or <c>amqp://</c> on loopback. Null: only the WebSocket.
    /// </summary>
    public string? Listen { get; set; }

    /// <summary>Shared access keys by name; each opens the queues of one connector group and nothing else.</summary>
    public Dictionary<string, ConnectorKeyOptions> ConnectorKeys { get; } = new(StringComparer.Ordinal);
}

/// <summary>A key that the connectors of one group sign in with.</summary>
internal sealed class ConnectorKeyOptions
{
    public string Group { get; set; } = "default";

    /// <summary>At least 32 characters, drawn at random.</summary>
    public string Key { get; set; } = "";
}

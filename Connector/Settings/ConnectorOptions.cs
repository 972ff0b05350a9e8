namespace AppProxy.Connector.Settings;

/// <summary>Section <c>Connector</c> of the configuration.</summary>
internal sealed class ConnectorOptions
{
    public const string Section = "Connector";

    public const string DefaultIdentity = "appproxy-connector.json";

    /// <summary>The gateway's own address, for enrolling.</summary>
    public string? Gateway { get; set; }

    /// <summary>Thumbprint of a key of the gateway (RFC 7638, base64url), for a connector that is not enrolled.</summary>
    public string? GatewayKey { get; set; }

    /// <summary>What the connector would like to be called; null: as its machine.</summary>
    public string? Name { get; set; }

    /// <summary>File that keeps who an enrolled connector is.</summary>
    public string Identity { get; set; } = DefaultIdentity;

    /// <summary>For a connector that enrols by itself at its first start.</summary>
    public EnrollmentOptions Enrollment { get; set; } = new();

    /// <summary>The connector group, whose request queue is pulled. An enrolled connector has the one that it was enrolled for.</summary>
    public string Group { get; set; } = "default";

    /// <summary>How to reach the broker.</summary>
    public BrokerOptions Broker { get; set; } = new();

    /// <summary>Requests at once, until their response heads are out.</summary>
    public int Slots { get; set; } = 256;

    /// <summary>Responses and upgraded connections that stream at once.</summary>
    public int MaxStreams { get; set; } = 20_000;

    /// <summary>How long a stop waits for what is under way.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Names that apps' internal URLs may have; none for any.</summary>
    public List<string> AllowedHosts { get; } = [];

    /// <summary>Networks in which apps' addresses must be; none for any.</summary>
    public List<string> AllowedNetworks { get; } = [];

    /// <summary>Ports at which apps may be; none for any.</summary>
    public List<string> AllowedPorts { get; } = [];

    /// <summary>What this connector's operator says of published apps, by id; it goes before what the gateway says.</summary>
    public Dictionary<string, AppTargetOptions> Apps { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it signs in with a key of its configuration, and is not enrolled.</summary>
    internal bool UsesKey => Broker.ConnectionString is not null || Broker.KeyName is not null || Broker.Key is not null;
}

/// <summary>The one-time token of who is not enrolled yet.</summary>
internal sealed class EnrollmentOptions
{
    public string? Token { get; set; }

    /// <summary>File that holds the token.</summary>
    public string? TokenFile { get; set; }
}

/// <summary>How to reach the broker: the embedded one by its address, or an Azure Service Bus namespace by its connection string.</summary>
internal sealed class BrokerOptions
{
    /// <summary><c>amqp://</c>, <c>amqps://</c>, <c>ws://</c> or <c>wss://</c> address of a gateway's embedded broker.</summary>
    public string? Url { get; set; }

    /// <summary>Name of the shared access rule.</summary>
    public string? KeyName { get; set; }

    /// <summary>Key of the shared access rule.</summary>
    public string? Key { get; set; }

    /// <summary>Connection string of an Azure Service Bus namespace, instead of the three above.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>With a namespace: the group's key, as the gateway has it, with which frames are sealed.</summary>
    public string? SealingKey { get; set; }

    /// <summary>Another one that opens them too, while keys are changed.</summary>
    public string? OtherSealingKey { get; set; }
}

/// <summary>One app as this connector reaches it.</summary>
internal sealed class AppTargetOptions
{
    /// <summary>Absolute http or https URL; empty where it is the gateway's to say.</summary>
    public string InternalUrl { get; set; } = "";

    /// <summary>"1.1", "2", or nothing to let the app choose over TLS.</summary>
    public string? HttpVersion { get; set; }

    /// <summary>Microsoft Graph's name: whether the app's certificate is checked.</summary>
    public bool IsBackendCertificateValidationEnabled { get; set; } = true;

    /// <summary>PEM file with the authorities to trust for this app in place of the system's, or its text.</summary>
    public string? TrustedCertificateAuthorities { get; set; }

    /// <summary>SHA-256 of public keys in base64, one of which the app's certificate must have.</summary>
    public List<string> PinnedPublicKeys { get; } = [];

    /// <summary>Name to ask for by TLS and to find in the certificate, where it is not the internal URL's.</summary>
    public string? ServerName { get; set; }

    /// <summary>PEM or PFX file with a certificate to show the app.</summary>
    public string? ClientCertificate { get; set; }

    /// <summary>PEM file with its key, where that is in another file.</summary>
    public string? ClientCertificateKey { get; set; }

    /// <summary>Password of the PFX file, or of the key.</summary>
    public string? ClientCertificatePassword { get; set; }

    /// <summary>HTTP/1.1 connections to the app at once, those after an upgrade included; 0 for no limit.</summary>
    public int MaxConnections { get; set; }

    /// <summary>How long an HTTP/1.1 connection is kept without a request: best a little less than the app keeps it.</summary>
    public TimeSpan ConnectionIdleTimeout { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>Largest head of a response, and largest trailer section, in octets.</summary>
    public int MaxResponseHeadLength { get; set; } = 128 * 1024;
}

using AppProxy.Gateway.Broker.Amqp.Authorization;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>Settings of the embedded broker's front end. Sizes in bytes.</summary>
internal sealed record BrokerOptions
{
    /// <summary>Who may do what; see also <see cref="IAuthorizationRules"/>.</summary>
    public IList<SharedAccessAuthorizationRule> AuthorizationRules { get; init; } = [];

    /// <summary>Off only where nothing but trusted processes can reach the broker.</summary>
    public bool RequireAuthorization { get; set; } = true;

    /// <summary>How long a connection may take to sign in and prove a right; Service Bus' 20 seconds.</summary>
    public TimeSpan AuthorizationTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Silence after which a client counts as gone; half is announced.</summary>
    public TimeSpan IdleTimeOut { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for a free session when the client names none.</summary>
    public TimeSpan SessionWaitTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Largest frame taken.</summary>
    public int MaxFrameSize { get; set; } = 256 * 1024;

    /// <summary>Connections at a time; Service Bus' 5 000.</summary>
    public int MaxConnections { get; set; } = 5_000;

    /// <summary>AMQP sessions of one connection.</summary>
    public int MaxSessionsPerConnection { get; set; } = 256;

    /// <summary>Credit that a sender is given; Service Bus' 1 000.</summary>
    public int SenderCredit { get; set; } = 1_000;

    /// <summary>Bytes that wait to be written to one connection before its links stop taking messages.</summary>
    public int MaxOutputPerConnection { get; set; } = 2 * 1024 * 1024;

    /// <summary>As <see cref="MaxOutputPerConnection"/>, for all connections together.</summary>
    public long MaxOutput { get; set; } = 256L * 1024 * 1024;
}

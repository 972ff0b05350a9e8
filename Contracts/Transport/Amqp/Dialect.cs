using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Contracts.Transport.Amqp;

/// <summary>Words of Azure Service Bus' dialect.</summary>
internal static class Dialect
{
    public const string CbsNode = "$cbs";
    public const string ManagementSuffix = "/$management";
    public const string WebSocketPath = "/$servicebus/websocket";
    public const string WebSocketProtocol = "amqp";

    /// <summary>Offered by JavaScript and older clients.</summary>
    public const string OldWebSocketProtocol = "AMQPWSB10";

    public const string SessionFilter = "com.microsoft:session-filter";

    /// <summary>Go sends the filter's value described, by this number.</summary>
    public const ulong SessionFilterCode = 0x00000137000000C;

    /// <summary>Link property: end of the session's lock as .NET ticks.</summary>
    public const string LockedUntilUtc = "com.microsoft:locked-until-utc";

    /// <summary>Link property of a client: milliseconds that its attach may take.</summary>
    public const string Timeout = "com.microsoft:timeout";

    /// <summary>
    /// Link property of our own: a client asks that the session's lock lasts as long as the link, and the embedded broker says that it
    /// does. Another broker leaves it out, and the client renews.
    /// </summary>
    public const string KeepSessionLock = "appproxy:keep-session-lock";

    public const string PutToken = "put-token";
    public const string SasTokenType = "servicebus.windows.net:sastoken";
    public const string JwtTokenType = "jwt";
    public const string RenewLock = "com.microsoft:renew-lock";
    public const string RenewSessionLock = "com.microsoft:renew-session-lock";

    public const uint BatchFormat = 0x80013700;

    /// <summary>What put-token calls a kind of token.</summary>
    public static string TokenTypeOf(BrokerTokenKind kind) => kind == BrokerTokenKind.JsonWebToken ? JwtTokenType : SasTokenType;
}

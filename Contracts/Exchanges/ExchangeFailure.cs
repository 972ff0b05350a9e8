namespace AppProxy.Contracts.Exchanges;

/// <summary>
/// Every way in which an exchange may end other than well. Closed: each value names one stage and one side at fault, the gateway
/// maps each to a status code in one place, and the numbers are wire format (Reset frames), so they are never used again for something else.
/// </summary>
public enum ExchangeFailure : ushort
{
    /// <summary>It ended well.</summary>
    None = 0,

    // Client

    /// <summary>The client went away.</summary>
    ClientGone = 1,

    /// <summary>The client's request body broke off or was malformed.</summary>
    ClientBodyInvalid = 2,

    /// <summary>The client neither sent nor took a byte for too long.</summary>
    ClientIdle = 3,

    /// <summary>The person's session ended, or they may not use the app any more.</summary>
    AccessRevoked = 4,

    // Gateway

    /// <summary>The app's line in the gateway is full.</summary>
    LineFull = 100,

    /// <summary>No connector took the request in time.</summary>
    NoConnector = 101,

    /// <summary>The gateway is stopping.</summary>
    GatewayShutdown = 102,

    /// <summary>Another attempt of the same exchange was taken, or the exchange is not known any more.</summary>
    AttemptRefused = 103,

    /// <summary>The exchange took longer than its app allows in all.</summary>
    TotalTimeout = 104,

    /// <summary>The gateway failed inside.</summary>
    GatewayError = 105,

    /// <summary>The request's head is larger than allowed.</summary>
    RequestHeadTooLarge = 106,

    /// <summary>The gateway's store, which knows who is signed in, cannot be asked.</summary>
    StoreUnavailable = 107,

    // Broker

    /// <summary>The broker does not take or deliver messages.</summary>
    BrokerUnavailable = 200,

    /// <summary>The broker lost a message between the two sides.</summary>
    BrokerGap = 201,

    // Connector

    /// <summary>The connector died, froze or lost its connection after it had the request. Whether the app acted is unknown.</summary>
    ConnectorLost = 300,

    /// <summary>The connector stopped before it was done.</summary>
    ConnectorShutdown = 301,

    /// <summary>The connector does not know the app.</summary>
    AppUnknown = 302,

    /// <summary>The connector broke the relay's protocol.</summary>
    ConnectorProtocol = 303,

    /// <summary>The connector failed inside.</summary>
    ConnectorError = 304,

    /// <summary>The connector lost its gateway.</summary>
    GatewayLost = 305,

    /// <summary>The request's deadline was over when it reached the connector.</summary>
    DeadlineOver = 306,

    /// <summary>The connector may not connect to where the app is: its own allow-list, or an address that no app has.</summary>
    TargetRefused = 307,

    /// <summary>The connector could not get the settings that the request began with.</summary>
    SettingsUnavailable = 308,

    /// <summary>The connector does not believe who asks: the request's assertion is missing, forged, or for something else.</summary>
    AssertionRefused = 309,

    /// <summary>The request's assertion was over when it reached the connector; nothing has started, and a new one may be sent.</summary>
    AssertionExpired = 310,

    // App

    /// <summary>No connection to the app: name, address, refused, unreachable.</summary>
    AppUnreachable = 400,

    /// <summary>The app's certificate or TLS handshake failed.</summary>
    AppTlsFailed = 401,

    /// <summary>The app did not begin to answer in time.</summary>
    AppTimeout = 402,

    /// <summary>What the app answered is not HTTP.</summary>
    AppResponseInvalid = 403,

    /// <summary>The app broke off before its response was complete.</summary>
    AppAborted = 404,

    /// <summary>The app stopped sending in the midst of its response for too long.</summary>
    AppIdle = 405,

    /// <summary>The app's response head is larger than allowed.</summary>
    AppHeadTooLarge = 406,
}

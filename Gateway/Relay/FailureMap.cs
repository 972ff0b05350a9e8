using System.Collections.Frozen;
using AppProxy.Contracts.Exchanges;

namespace AppProxy.Gateway.Relay;

/// <summary>The one place that says what each failure means for the client, the log and the counters.</summary>
internal static class FailureMap
{
    private static readonly FrozenDictionary<ExchangeFailure, FailureDescription> Descriptions = new[]
    {
        // 499 is nginx' number: nobody is there to read it, but logs and meters are.
        Describe(ExchangeFailure.ClientGone, 499, "client-gone", FailureSide.Client, LogLevel.Debug, "The client went away."),
        Describe(ExchangeFailure.ClientBodyInvalid, 400, "client-body-invalid", FailureSide.Client, LogLevel.Debug, "The request's body broke off or is malformed."),
        Describe(ExchangeFailure.ClientIdle, 408, "client-idle", FailureSide.Client, LogLevel.Debug, "Nothing was sent or taken for too long."),
        Describe(ExchangeFailure.AccessRevoked, 401, "access-revoked", FailureSide.Client, LogLevel.Information, "You are signed out, or may not use this app any more."),

        Describe(ExchangeFailure.LineFull, 503, "line-full", FailureSide.Gateway, LogLevel.Warning, "Too many requests are waiting for this app. Please try again in a moment.", retryAfter: 2),
        Describe(ExchangeFailure.NoConnector, 503, "no-connector", FailureSide.Connector, LogLevel.Warning, "No connector of this app's group took the request in time.", retryAfter: 10),
        Describe(ExchangeFailure.GatewayShutdown, 503, "gateway-shutdown", FailureSide.Gateway, LogLevel.Information, "The gateway is restarting. Please try again in a moment.", retryAfter: 5),
        Describe(ExchangeFailure.AttemptRefused, 502, "attempt-refused", FailureSide.Gateway, LogLevel.Error, "The request was given up."),
        Describe(ExchangeFailure.TotalTimeout, 504, "total-timeout", FailureSide.App, LogLevel.Information, "The request took longer than this app allows."),
        Describe(ExchangeFailure.GatewayError, 500, "gateway-error", FailureSide.Gateway, LogLevel.Error, "The gateway failed."),
        Describe(ExchangeFailure.RequestHeadTooLarge, 431, "request-head-too-large", FailureSide.Client, LogLevel.Debug, "The request's headers are too large."),
        Describe(ExchangeFailure.StoreUnavailable, 503, "store-unavailable", FailureSide.Gateway, LogLevel.Error, "Who is signed in cannot be looked up right now. Please try again in a moment.", retryAfter: 5),

        Describe(ExchangeFailure.BrokerUnavailable, 503, "broker-unavailable", FailureSide.Broker, LogLevel.Error, "The message broker does not take requests right now.", retryAfter: 5),
        Describe(ExchangeFailure.BrokerGap, 502, "broker-gap", FailureSide.Broker, LogLevel.Error, "A message was lost on the way. Whether the app acted on the request is unknown."),

        Describe(ExchangeFailure.ConnectorLost, 502, "connector-lost", FailureSide.Connector, LogLevel.Warning, "The connector was lost while it had the request. Whether the app acted on it is unknown."),
        Describe(ExchangeFailure.ConnectorShutdown, 502, "connector-shutdown", FailureSide.Connector, LogLevel.Warning, "The connector stopped before the app was done. Whether the app acted on the request is unknown."),
        Describe(ExchangeFailure.AppUnknown, 502, "app-unknown", FailureSide.Connector, LogLevel.Warning, "The connector does not know this app yet."),
        Describe(ExchangeFailure.ConnectorProtocol, 502, "connector-protocol", FailureSide.Connector, LogLevel.Error, "Gateway and connector did not understand each other."),
        Describe(ExchangeFailure.ConnectorError, 502, "connector-error", FailureSide.Connector, LogLevel.Error, "The connector failed."),
        Describe(ExchangeFailure.GatewayLost, 502, "gateway-lost", FailureSide.Connector, LogLevel.Warning, "The connector lost its gateway. Whether the app acted on the request is unknown."),
        Describe(ExchangeFailure.DeadlineOver, 503, "deadline-over", FailureSide.Connector, LogLevel.Warning, "The request reached a connector too late.", retryAfter: 2),
        Describe(ExchangeFailure.TargetRefused, 502, "target-refused", FailureSide.Connector, LogLevel.Warning, "The connector is not allowed to connect to where this app is."),
        Describe(ExchangeFailure.SettingsUnavailable, 503, "settings-unavailable", FailureSide.Connector, LogLevel.Warning, "The connector does not have this app's settings yet. Please try again in a moment.", retryAfter: 2),
        Describe(ExchangeFailure.AssertionRefused, 502, "assertion-refused", FailureSide.Connector, LogLevel.Error, "The connector did not believe what the gateway says of this request."),
        Describe(ExchangeFailure.AssertionExpired, 503, "assertion-expired", FailureSide.Connector, LogLevel.Warning, "The request reached a connector too late.", retryAfter: 2),

        Describe(ExchangeFailure.AppUnreachable, 502, "app-unreachable", FailureSide.App, LogLevel.Warning, "The app could not be reached."),
        Describe(ExchangeFailure.AppTlsFailed, 502, "app-tls-failed", FailureSide.App, LogLevel.Warning, "The app's certificate was not accepted, or no secure connection could be made."),
        Describe(ExchangeFailure.AppTimeout, 504, "app-timeout", FailureSide.App, LogLevel.Information, "The app did not answer in time."),
        Describe(ExchangeFailure.AppResponseInvalid, 502, "app-response-invalid", FailureSide.App, LogLevel.Warning, "The app's answer is not valid HTTP."),
        Describe(ExchangeFailure.AppAborted, 502, "app-aborted", FailureSide.App, LogLevel.Information, "The app broke off its answer."),
        Describe(ExchangeFailure.AppIdle, 504, "app-idle", FailureSide.App, LogLevel.Information, "The app stopped in the midst of its answer."),
        Describe(ExchangeFailure.AppHeadTooLarge, 502, "app-head-too-large", FailureSide.App, LogLevel.Warning, "The app's answer has headers that are too large."),
    }.ToFrozenDictionary(static description => description.Failure);

    /// <summary>Every failure that can be described; <see cref="ExchangeFailure.None"/> is none.</summary>
    public static IEnumerable<FailureDescription> All => Descriptions.Values;

    /// <summary>A number that a newer connector sent and this gateway does not know counts as the connector's failure.</summary>
    public static FailureDescription Get(ExchangeFailure failure) =>
        Descriptions.TryGetValue(failure, out var description) ? description : Descriptions[ExchangeFailure.ConnectorError];

    private static FailureDescription Describe(
        ExchangeFailure failure, int status, string token, FailureSide side, LogLevel level, string text, int retryAfter = 0) =>
        new(failure, status, token, side, level, text, retryAfter);
}

using AppProxy.Contracts.Exchanges;

namespace AppProxy.Gateway.Relay;

/// <summary>What one failure means.</summary>
/// <param name="Failure">The failure.</param>
/// <param name="Status">Status code for the client, as long as no response has begun.</param>
/// <param name="Token">Value of the <c>AppProxy-Error</c> header, and of the meters' label.</param>
/// <param name="Side">Who is at fault.</param>
/// <param name="Level">A client's fault is Debug, an operator's Warning, ours Error.</param>
/// <param name="Text">What a person reads.</param>
/// <param name="RetryAfter">Seconds for Retry-After; 0 for none.</param>
internal sealed record FailureDescription(
    ExchangeFailure Failure, int Status, string Token, FailureSide Side, LogLevel Level, string Text, int RetryAfter);

/// <summary>The side at fault.</summary>
internal enum FailureSide
{
    Client,
    Gateway,
    Broker,
    Connector,
    App,
}

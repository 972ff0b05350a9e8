using AppProxy.Contracts.Exchanges;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>A response body broke off while it was translated.</summary>
internal sealed class BodyBrokenException(ExchangeFailure failure) : IOException($"The body broke off: {failure}.")
{
    public ExchangeFailure Failure => failure;
}

using AppProxy.Contracts.Exchanges;

namespace AppProxy.Connector.Execution;

/// <summary>The request's body broke off on its way to the app, for the reason given.</summary>
internal sealed class RequestBodyBrokenException(ExchangeFailure failure) : IOException("The request's body broke off.")
{
    public ExchangeFailure Failure => failure;
}

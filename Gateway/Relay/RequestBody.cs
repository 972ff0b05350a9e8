using AppProxy.Contracts.Exchanges;

namespace AppProxy.Gateway.Relay;

/// <summary>Tells a client's malformed body from a client that went away.</summary>
internal static class RequestBody
{
    /// <summary>
    /// Looks at what has come of a chunked body already, so that bad chunks are refused before a connector hears of the request. Nothing
    /// is waited for; what comes later is judged as it comes.
    /// </summary>
    /// <exception cref="IOException">It is malformed; <see cref="FailureOf"/> says so.</exception>
    public static void ThrowIfMalformed(HttpRequest request)
    {
        // To look is to ask for the body, for a client that expects to be asked: that is the connector's to say.
        if (request.Headers.TransferEncoding.Count > 0 && request.Headers.Expect.Count == 0 && request.BodyReader.TryRead(out var come))
        {
            request.BodyReader.AdvanceTo(come.Buffer.Start);
        }
    }

    /// <summary>What an exception from reading a body means.</summary>
    public static ExchangeFailure FailureOf(Exception failure) =>
        failure is BadHttpRequestException or IOException { InnerException: OverflowException }
            ? ExchangeFailure.ClientBodyInvalid
            : ExchangeFailure.ClientGone;
}

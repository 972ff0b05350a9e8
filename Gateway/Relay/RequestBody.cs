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

    /// <summary>Whether the client holds its body back until somebody wants it (RFC 9110 section 10.1.1).</summary>
    public static bool IsExpectedToBeAskedFor(HttpRequest request) =>
        !HttpProtocol.IsHttp10(request.Protocol) && string.Equals(request.Headers.Expect, "100-continue", StringComparison.OrdinalIgnoreCase);

    /// <summary>What an exception from reading a body means.</summary>
    public static ExchangeFailure FailureOf(Exception failure) =>
        failure is BadHttpRequestException or IOException { InnerException: OverflowException }
            ? ExchangeFailure.ClientBodyInvalid
            : ExchangeFailure.ClientGone;
}

using AppProxy.Connector.Execution;
using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Http1;

/// <summary>A request as it goes out: octets that are at hand, which is the head and perhaps the whole body, and a body that is to come.</summary>
/// <remarks>Owns one reference to the buffer until disposed.</remarks>
internal sealed class Http1Request : IDisposable
{
    public required PooledBuffer Buffer { get; init; }

    /// <summary>Octets in the buffer.</summary>
    public required int Length { get; init; }

    public bool IsHead { get; init; }

    public bool IsUpgrade { get; init; }

    /// <summary>Whether it may be sent again on another connection when this one turned out to be dead.</summary>
    public bool IsReplayable { get; init; }

    /// <summary>Whether it may make the connection speak for a person from then on: nobody else's request may follow on it.</summary>
    public bool AuthenticatesConnection { get; init; }

    /// <summary>Whose connection to the app it must go out on, and nobody else's; null for any.</summary>
    public string? ClientConnection { get; init; }

    /// <summary>Whether the body comes only when the app asks for it.</summary>
    public bool AsksToContinue { get; init; }

    /// <summary>The body, when it comes piece by piece.</summary>
    public IRequestBody? Body { get; init; }

    /// <summary>Length of <see cref="Body"/>; null when it is chunked.</summary>
    public long? BodyLength { get; init; }

    public IInterimResponses? Interim { get; init; }

    public void Dispose() => Buffer.Release();
}

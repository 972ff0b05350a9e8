using System.Diagnostics;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Calls one app in one version of HTTP.</summary>
internal interface IAppClient : IDisposable
{
    /// <summary>Sends a request and waits for the head of its final response. The head is read before this returns; the body goes on for as long as it takes.</summary>
    ValueTask<IAppResponse> SendAsync(in RequestHead head, in AppCall call, CancellationToken cancellationToken);
}

/// <summary>What goes with a request's head.</summary>
/// <param name="Flags">Those of the head.</param>
/// <param name="WholeBody">The body of a replayable request.</param>
/// <param name="Body">Any other body.</param>
/// <param name="Interim">Who wants to know of interim responses.</param>
/// <param name="Activity">The span whose context the app gets; null to pass on the client's.</param>
internal readonly record struct AppCall(
    FrameFlags Flags, ReadOnlyMemory<byte> WholeBody, IRequestBody? Body, IInterimResponses? Interim, Activity? Activity);

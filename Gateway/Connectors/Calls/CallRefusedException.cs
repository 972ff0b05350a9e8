using AppProxy.Contracts.Identity;

namespace AppProxy.Gateway.Connectors.Calls;

/// <summary>A connector's call is refused; the message is for the operator of the connector.</summary>
internal sealed class CallRefusedException(CallFault fault, string message) : Exception(message)
{
    public CallFault Fault { get; } = fault;

    /// <summary>What to tell a connector whose clock differs.</summary>
    public GatewayClock? Clock { get; init; }
}

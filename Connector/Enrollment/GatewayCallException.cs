using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Enrollment;

/// <summary>A call to the gateway failed. The message is one line for the operator.</summary>
/// <param name="fault">Why the gateway refused; null when it did not, but was not reached or not understood.</param>
/// <param name="message">The line.</param>
/// <param name="innerException">What the system said.</param>
internal sealed class GatewayCallException(CallFault? fault, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public CallFault? Fault { get; } = fault;

    /// <summary>Whether there was an answer, and it was not the gateway's.</summary>
    public bool IsForged { get; init; }

    /// <summary>With <see cref="CallFault.ClockSkewed"/>: what the gateway says of its time, to be verified.</summary>
    public string? Clock { get; init; }
}

namespace AppProxy.Gateway.Relay;

/// <summary>What the server lets through, as far as the relay has to know.</summary>
internal sealed record RelayLimits(int MaxRequestHeaderBytes);

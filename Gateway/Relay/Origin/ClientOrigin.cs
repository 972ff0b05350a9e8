namespace AppProxy.Gateway.Relay.Origin;

/// <summary>How a request came to us through trusted proxies; a feature of those requests only.</summary>
/// <param name="Chain">Addresses from the client to the proxy that is connected to us.</param>
/// <param name="Prefix">Path that a proxy took off, or empty.</param>
internal sealed record ClientOrigin(IReadOnlyList<string> Chain, string Prefix);

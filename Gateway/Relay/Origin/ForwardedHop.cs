namespace AppProxy.Gateway.Relay.Origin;

/// <summary>What one proxy said about the request as it got it.</summary>
internal readonly record struct ForwardedHop(string? For, string? Proto, string? Host);

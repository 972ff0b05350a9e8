using System.Net;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Names that mean this machine (RFC 6761 section 6.3): browsers hold them for safe without TLS.</summary>
internal static class LoopbackHost
{
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

using System.Net;

namespace AppProxy.Gateway.Audit;

internal static class AuditAddress
{
    /// <summary>The client's, behind trusted proxies; an IPv4 address as people know it.</summary>
    public static string? Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    public static string? Of(IPAddress? address) => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
}

namespace AppProxy.Gateway.Audit;

internal static class AuditAddress
{
    /// <summary>The client's, behind trusted proxies; an IPv4 address as people know it.</summary>
    public static string? Of(HttpContext context) => context.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;
}

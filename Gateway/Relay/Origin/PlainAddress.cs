using System.Net;

namespace AppProxy.Gateway.Relay.Origin;

/// <summary>An address as everybody writes it: a socket for both families says IPv4 addresses in IPv6's form.</summary>
internal static class PlainAddress
{
    public static IPAddress Of(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

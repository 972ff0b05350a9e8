using System.Net;
using System.Net.Sockets;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>Where a client is, as far as who tries too often could easily be elsewhere in it.</summary>
/// <param name="Network">An address; of IPv6 the /64, in which each device has any number of addresses.</param>
/// <param name="Site">Of IPv6 the /48, which one customer may have (RFC 6177 section 2): 65,536 networks; null for IPv4.</param>
internal readonly record struct ClientNetwork(string Network, string? Site)
{
    private const int NetworkOctets = 8;
    private const int SiteOctets = 6;

    public string Widest => Site ?? Network;

    public static ClientNetwork Of(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
        {
            address = address.MapToIPv4();
        }

        return address is { AddressFamily: AddressFamily.InterNetworkV6 } && address.GetAddressBytes() is var octets
            ? new ClientNetwork(Convert.ToHexString(octets.AsSpan(0, NetworkOctets)), Convert.ToHexString(octets.AsSpan(0, SiteOctets)))
            : new ClientNetwork(address?.ToString() ?? "", null);
    }
}

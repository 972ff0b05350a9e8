using System.Net;
using System.Net.Sockets;

namespace AppProxy.Connector.Destinations;

/// <summary>Addresses at which no app is, whoever says so: those of one machine's own services towards its cloud, and those that are no machine's.</summary>
internal static class ForbiddenAddresses
{
    private static readonly (IPNetwork Network, string What)[] Networks =
    [
        // RFC 3927, RFC 4291 section 2.5.6. Clouds answer for instance metadata, credentials among it, at 169.254.169.254.
        (IPNetwork.Parse("169.254.0.0/16"), "link-local"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),

        // Metadata elsewhere: AWS, Google, Azure's host, Alibaba, Oracle.
        (IPNetwork.Parse("fd00:ec2::254/128"), "a cloud's metadata"),
        (IPNetwork.Parse("fd20:ce::254/128"), "a cloud's metadata"),
        (IPNetwork.Parse("168.63.129.16/32"), "a cloud's metadata"),
        (IPNetwork.Parse("100.100.100.200/32"), "a cloud's metadata"),
        (IPNetwork.Parse("192.0.0.192/32"), "a cloud's metadata"),

        // RFC 1122 section 3.2.1.3: no destination. Systems take them for this machine.
        (IPNetwork.Parse("0.0.0.0/8"), "no machine"),
        (IPNetwork.Parse("::/128"), "no machine"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("255.255.255.255/32"), "broadcast"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    /// <summary>What an address is that no app has; null for any other.</summary>
    public static string? Find(IPAddress address)
    {
        foreach (var (network, what) in Networks)
        {
            if (network.Contains(address))
            {
                return what;
            }
        }

        return Inner(address) is { } inner ? Find(inner) : null;
    }

    /// <summary>The address as packets have it: an IPv4 address that is written as IPv6 is one.</summary>
    public static IPAddress Unmap(IPAddress address)
        => address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
            : address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes())
            : address;

    /// <summary>The IPv4 address to which a gateway on the way would turn an IPv6 one (RFC 6052, RFC 3056, RFC 4291 section 2.5.5.1).</summary>
    private static IPAddress? Inner(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        return Nat64.Contains(address) || (Compatible.Contains(address) && !address.Equals(IPAddress.IPv6Loopback)) ? new IPAddress(octets[12..])
            : SixToFour.Contains(address) ? new IPAddress(octets[2..6])
            : null;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace AppProxy.Gateway.Relay.Origin;

/// <summary>The proxies in front of the gateway that are believed what they say about a client.</summary>
internal sealed class TrustedProxies
{
    public static readonly TrustedProxies None = new([]);

    private readonly IPNetwork[] _networks;

    private TrustedProxies(IPNetwork[] networks) => _networks = networks;

    public bool IsEmpty => _networks.Length == 0;

    /// <summary>From addresses and networks that <see cref="TryParse"/> takes.</summary>
    public static TrustedProxies Parse(IEnumerable<string> networks) =>
        new([.. networks.Select(static text => TryParse(text, out var network) ? network.Value : throw new FormatException(text))]);

    /// <summary>An address, or a network such as <c>10.0.0.0/8</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPNetwork? network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            address = PlainAddress.Of(address);
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        network = IPNetwork.TryParse(text, out var parsed) ? parsed : null;
        return network is not null;
    }

    public bool Contains(IPAddress address)
    {
        address = PlainAddress.Of(address);
        foreach (var network in _networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}

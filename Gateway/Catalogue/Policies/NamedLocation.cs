using System.Net;

namespace AppProxy.Gateway.Catalogue.Policies;

/// <summary>Networks under a name (Graph's <c>ipNamedLocation</c>).</summary>
internal sealed record NamedLocation(string Id, string DisplayName, bool IsTrusted, EquatableList<IPNetwork> Networks)
{
    public bool Contains(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in Networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}

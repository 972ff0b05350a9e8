using System.Net;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Destinations;

/// <summary>To where connections may be opened: a name and a port before anything is looked up, and the address right before it is connected to.</summary>
internal sealed class DestinationRules
{
    private readonly IReadOnlyList<string> _hosts;
    private readonly IReadOnlyList<IPNetwork> _networks;
    private readonly IReadOnlyList<PortRange> _ports;
    private readonly bool _refusesLoopback;

    private DestinationRules(IReadOnlyList<string> hosts, IReadOnlyList<IPNetwork> networks, IReadOnlyList<PortRange> ports, bool refusesLoopback)
    {
        _hosts = hosts;
        _networks = networks;
        _ports = ports;
        _refusesLoopback = refusesLoopback;
    }

    /// <summary>Only what is always refused.</summary>
    public static DestinationRules None { get; } = new([], [], [], refusesLoopback: false);

    /// <summary>As an operator set them.</summary>
    /// <param name="options">Checked.</param>
    /// <param name="isOwn">For apps that the connector's own operator named; for those that the gateway names, this machine must be allowed expressly.</param>
    public static DestinationRules Of(ConnectorOptions options, bool isOwn)
    {
        var (hosts, networks, ports) = Read(options, []);
        return new DestinationRules(hosts, networks, ports, refusesLoopback: !isOwn && networks.Count == 0);
    }

    /// <summary>Names every mistake.</summary>
    public static void Check(ConnectorOptions options, List<string> mistakes) => Read(options, mistakes);

    /// <summary>Why there is no connection to this name or port; null when that depends on the address.</summary>
    public string? Refuse(string host, int port)
    {
        if (_ports.Count > 0 && !_ports.Any(range => range.Contains(port)))
        {
            return $"port {port} is not in Connector:AllowedPorts";
        }

        return _hosts.Count == 0 || _hosts.Any(pattern => Matches(pattern, host.TrimEnd('.'))) ? null : $"'{host}' is not in Connector:AllowedHosts";
    }

    /// <summary>Why there is no connection to this address; null when there may be.</summary>
    public string? Refuse(IPAddress address)
    {
        address = ForbiddenAddresses.Unmap(address);
        return ForbiddenAddresses.Find(address) is { } what ? $"{address} ({what}) is no address of an app"
            : _networks.Count > 0 && !_networks.Any(network => network.Contains(address)) ? $"{address} is not in Connector:AllowedNetworks"
            : _refusesLoopback && IPAddress.IsLoopback(address) ? $"{address} is this machine: for an app that the gateway names, it must be in Connector:AllowedNetworks"
            : null;
    }

    /// <summary>A star is the whole first label, and stands for one label or several.</summary>
    private static bool Matches(string pattern, string host)
        => pattern.StartsWith("*.", StringComparison.Ordinal)
            ? host.Length >= pattern.Length && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    private static (IReadOnlyList<string> Hosts, IReadOnlyList<IPNetwork> Networks, IReadOnlyList<PortRange> Ports) Read(ConnectorOptions options, List<string> mistakes)
    {
        var hosts = new List<string>();
        foreach (var text in options.AllowedHosts)
        {
            var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
            if (Uri.CheckHostName(name) == UriHostNameType.Unknown || (name.Length < text.Length && Uri.CheckHostName(name) != UriHostNameType.Dns))
            {
                mistakes.Add($"Connector:AllowedHosts has '{text}': give a host name such as hr.corp.example, or *.corp.example for all names below it.");
                continue;
            }

            var host = new UriBuilder(Uri.UriSchemeHttp, name).Uri.IdnHost.TrimEnd('.');
            hosts.Add(name.Length < text.Length ? "*." + host : host);
        }

        var networks = new List<IPNetwork>();
        foreach (var text in options.AllowedNetworks)
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address))
            {
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                mistakes.Add($"Connector:AllowedNetworks has '{text}': give an address or a network, such as 10.0.0.0/8 or fd00:1234::/32.");
            }
        }

        var ports = new List<PortRange>();
        foreach (var text in options.AllowedPorts)
        {
            if (PortRange.TryParse(text, out var range))
            {
                ports.Add(range);
            }
            else
            {
                mistakes.Add($"Connector:AllowedPorts has '{text}': give a port, or a range such as 8000-8999.");
            }
        }

        return (hosts, networks, ports);
    }
}

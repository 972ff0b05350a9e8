using System.Buffers;
using System.Net;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Origin;

/// <summary>
/// Takes what trusted proxies say about a request for what it is: address, scheme and host become the client's own, for everything
/// that follows. It is believed from the nearest proxy backwards, as far as each is said by one that is trusted.
/// </summary>
internal sealed class ClientOriginReader(TrustedProxies proxies, ForwardedBy by)
{
    /// <summary>What a host is made of, an IPv6 address and a port included.</summary>
    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz");

    public void Apply(HttpContext context)
    {
        if (!proxies.IsEmpty && context.Connection.RemoteIpAddress is { } peer && proxies.Contains(peer))
        {
            Apply(context, peer);
        }
    }

    private void Apply(HttpContext context, IPAddress peer)
    {
        var request = context.Request;
        var hops = by == ForwardedBy.Forwarded ? ForwardedField.Read(request.Headers[ForwardedField.Name]) : XForwardedFields.Read(request.Headers);
        peer = PlainAddress.Of(peer);
        var client = peer;
        var chain = new List<string> { peer.ToString() };
        ForwardedHop said = default;
        for (var i = hops.Count - 1; i >= 0 && proxies.Contains(client); i--)
        {
            said = hops[i];
            if (!TryReadAddress(said.For, out var address))
            {
                // Unknown or hidden: nothing further back can be laid at anybody's door.
                break;
            }

            client = address;
            chain.Insert(0, address.ToString());
        }

        context.Connection.RemoteIpAddress = client;
        if (said.Proto is { } scheme && (Is(scheme, Uri.UriSchemeHttps) || Is(scheme, Uri.UriSchemeHttp)))
        {
            request.Scheme = Is(scheme, Uri.UriSchemeHttps) ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        }

        if (said.Host is { } host && !host.AsSpan().ContainsAnyExcept(HostCharacters) && Authority.TrySplit(host, out _, out _))
        {
            request.Host = new HostString(host);
        }

        context.Features.Set(new ClientOrigin(chain, by == ForwardedBy.XForwarded ? ReadPrefix(request.Headers) : ""));
    }

    /// <summary>An address, with or without a port.</summary>
    private static bool TryReadAddress(string? text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text is null || text.AsSpan().ContainsAnyExcept(HostCharacters) || !IPEndPoint.TryParse(text, out var endpoint))
        {
            return false;
        }

        address = PlainAddress.Of(endpoint.Address);

        // Numbers alone would be an address too.
        return text.AsSpan().ContainsAny('.', ':');
    }

    private static string ReadPrefix(IHeaderDictionary headers)
    {
        var said = headers[XForwardedFields.Prefix].ToString();
        return said.StartsWith('/') ? said.TrimEnd('/') : "";
    }

    private static bool Is(string said, string scheme) => said.Equals(scheme, StringComparison.OrdinalIgnoreCase);
}

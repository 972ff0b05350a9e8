using System.Net;
using System.Net.Sockets;
using System.Text;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Origin;

/// <summary>Tells the app where a request came from, in both ways that apps know.</summary>
internal static class OriginFields
{
    /// <summary>Writes them, and says how many.</summary>
    public static int Write(FrameBuffer frame, HttpContext context, PublishedApp app)
    {
        var request = context.Request;
        var origin = context.Features.Get<ClientOrigin>();
        var client = context.Connection.RemoteIpAddress is { } address ? PlainAddress.Of(address) : null;

        // A name beyond ASCII is shown to us decoded; fields have it as DNS does.
        var host = request.Host.ToUriComponent();
        frame.Field(XForwardedFields.For, origin is null ? client?.ToString() ?? "unknown" : string.Join(", ", origin.Chain));
        frame.Field(XForwardedFields.Proto, request.Scheme);
        frame.Field(XForwardedFields.Host, host);
        frame.Field(ForwardedField.Name, Forwarded(client, origin, host, request.Scheme));

        var prefix = string.Concat(origin?.Prefix, app.ExternalPath.AsSpan().TrimEnd('/'));
        if (prefix.Length == 0)
        {
            return 4;
        }

        frame.Field(XForwardedFields.Prefix, prefix);
        return 5;
    }

    private static string Forwarded(IPAddress? client, ClientOrigin? origin, string host, string scheme)
    {
        var node = client is null ? "unknown" : Node(client);
        if (origin is null or { Chain.Count: 1 })
        {
            return $"for={node};host=\"{host}\";proto={scheme}";
        }

        var text = new StringBuilder($"for={node};host=\"{host}\";proto={scheme}");
        foreach (var proxy in origin.Chain.Skip(1))
        {
            text.Append(", for=").Append(Node(IPAddress.Parse(proxy)));
        }

        return text.ToString();
    }

    /// <summary>RFC 7239 section 6.</summary>
    private static string Node(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"\"[{address}]\"" : address.ToString();
}

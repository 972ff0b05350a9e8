using System.Security.Cryptography;
using System.Text;
using AppProxy.Contracts.Frames;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// A client that asks for a WebSocket over HTTP/2 (RFC 8441). The app is asked as by HTTP/1.1 (RFC 6455), so what only that handshake has, its
/// method, key and accept, is between us and the app.
/// </summary>
internal sealed class ExtendedConnect
{
    private readonly IHttpExtendedConnectFeature _feature;
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    private ExtendedConnect(IHttpExtendedConnectFeature feature) => _feature = feature;

    /// <summary>The method that the app sees.</summary>
    public const string Method = "GET";

    /// <summary>Null for every other request, a CONNECT to some host included.</summary>
    public static ExtendedConnect? Find(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" } feature ? new ExtendedConnect(feature) : null;

    /// <summary>Fields that the client's handshake has no use for.</summary>
    public static bool IsHandshakeField(string name) =>
        name.Equals(HeaderNames.SecWebSocketKey, StringComparison.OrdinalIgnoreCase) || name.Equals(HeaderNames.SecWebSocketAccept, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes our part of the handshake; returns the number of fields.</summary>
    public int WriteTo(FrameBuffer frame)
    {
        frame.Field(HeaderNames.Upgrade, "websocket");
        frame.Field(HeaderNames.SecWebSocketKey, _key);
        return 2;
    }

    /// <summary>Whether the app has agreed to what we asked for, and not to something that a cache or a naive server made up.</summary>
    public bool IsAcceptedBy(StringValues accept)
    {
#pragma warning disable CA5350 // RFC 6455 wants it; it protects nothing.
        var expected = SHA1.HashData(Encoding.ASCII.GetBytes(_key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        return accept is [{ } only] && only == Convert.ToBase64String(expected);
    }

    /// <summary>Tells the client that both directions are open.</summary>
    public ValueTask<Stream> AcceptAsync() => _feature.AcceptAsync();
}

using System.Net;
using System.Text;
using AppProxy.Contracts.Frames;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace AppProxy.Gateway.Hosting;

/// <summary>Kestrel as a proxy needs it: it judges requests strictly, and leaves what an app may do to the app.</summary>
internal static class FrontDoor
{
    /// <summary>
    /// What the system may hold for one client. Left to itself it grows to several MB, which an app goes on filling after its reader has
    /// stopped; doubled by the system, this keeps 160 Mbit/s busy over 50 ms for one connection.
    /// </summary>
    private const int ClientSendBuffer = 512 * 1024;

    /// <summary>URLs of 16 KB, with the longest method and host that anybody has seen beside them.</summary>
    private const int MaxRequestLine = (16 * 1024) + 512;

    /// <summary>Fields that we add ourselves, with room to spare.</summary>
    private const int OwnFields = 16;

    /// <summary>Kestrel's own switch: without it a line of a head or of trailers may end with a bare LF.</summary>
    private const string NoBareLineFeeds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    public static void Configure(SocketTransportOptions sockets) => sockets.CreateBoundListenSocket = static endpoint =>
    {
        // Accepted sockets inherit it.
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is IPEndPoint)
        {
            socket.SendBufferSize = ClientSendBuffer;
        }

        return socket;
    };

    public static void Configure(KestrelServerOptions kestrel, GatewayOptions options)
    {
        AppContext.SetSwitch(NoBareLineFeeds, true);
        kestrel.AddServerHeader = false;

        // Windows bound what is held in memory; how large or slow a body may be is the app's business.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxRequestHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = FrameLimits.MaxFields - OwnFields;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = Math.Max(kestrel.Limits.Http2.MaxRequestHeaderFieldSize, options.MaxRequestHeaderBytes);
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;

        kestrel.RequestHeaderEncodingSelector = RequestFieldDecoding.Select;
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
    }
}

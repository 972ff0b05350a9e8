using System.Net;
using System.Net.Sockets;

namespace AppProxy.Testing;

/// <summary>A port that was free a moment ago: published URLs name it before the gateway listens.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

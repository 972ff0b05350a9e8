using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace AppProxy.Testing;

/// <summary>A port that was free a moment ago: published URLs name it before the gateway listens.</summary>
internal static class FreePort
{
    // Below those that systems choose for outgoing connections, or one of these may have it before the gateway does.
    private const int First = 12_000;
    private const int Last = 32_000;

    public static int Take()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(First, Last));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Another one will do.
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using AppProxy.Testing;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>Ports of this machine, for programs that must be told theirs.</summary>
internal static class LoopbackPort
{
    /// <summary>One that was free a moment ago.</summary>
    public static int Take() => FreePort.Take();

    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

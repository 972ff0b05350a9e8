using System.Net;
using System.Net.Sockets;

namespace AppProxy.Benchmarks.Running;

/// <summary>A port nobody holds right now, for programs that cannot choose one themselves.</summary>
internal static class LoopbackPort
{
    public static int Find()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

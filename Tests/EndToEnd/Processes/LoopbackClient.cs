using System.Net;
using System.Net.Sockets;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>Connects to this machine whatever the name: not every resolver knows that names below localhost mean it.</summary>
internal static class LoopbackClient
{
    public static HttpClient Create(Uri address) => new(CreateHandler()) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = async (context, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}

using System.Net;
using System.Net.Sockets;

namespace AppProxy.Connector.Destinations;

/// <summary>
/// Opens TCP connections to where apps are: the name is resolved here, each of its addresses is checked, and exactly the address that was checked is
/// connected to. A name that means another address a moment later gains nothing.
/// </summary>
internal static class DestinationDialer
{
    /// <summary>
    /// Apps are near: doubled by the system, this keeps 4 Gbit/s busy over 1 ms. Left to the system it grows to several MB, which an app goes on filling after its
    /// reader has stopped, beyond what windows allow.
    /// </summary>
    private const int ReceiveBuffer = 256 * 1024;

    /// <param name="host">Name or address, without brackets.</param>
    /// <param name="port">Port.</param>
    /// <param name="rules">What is allowed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DestinationRefusedException">It is not allowed, for any of the addresses that the name has.</exception>
    /// <exception cref="SocketException">The name is unknown, or nobody takes the connection.</exception>
    public static async ValueTask<Socket> ConnectAsync(string host, int port, DestinationRules rules, CancellationToken cancellationToken)
    {
        if (rules.Refuse(host, port) is { } refusal)
        {
            throw new DestinationRefusedException($"{refusal}.");
        }

        Exception? last = null;
        var isLiteral = IPAddress.TryParse(host, out var literal);
        foreach (var address in isLiteral ? [literal!] : await ResolveAsync(host, cancellationToken))
        {
            if (rules.Refuse(address) is { } reason)
            {
                // What one address is refused for matters only where no other was tried.
                last ??= new DestinationRefusedException(isLiteral ? $"{reason}." : $"'{host}' is {address}, and {reason}.");
                continue;
            }

            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ReceiveBuffer };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
                return socket;
            }
            catch (SocketException failure)
            {
                socket.Dispose();
                last = failure;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>RFC 6761 section 6.3: names below localhost are this machine, which not every resolver knows.</summary>
    private static async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        => host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : await Dns.GetHostAddressesAsync(host, cancellationToken);
}

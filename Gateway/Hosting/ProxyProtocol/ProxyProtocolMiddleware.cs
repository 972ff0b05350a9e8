using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using AppProxy.Gateway.Relay.Origin;
using Microsoft.AspNetCore.Connections;

namespace AppProxy.Gateway.Hosting.ProxyProtocol;

/// <summary>
/// Takes the PROXY header off connections that trusted proxies open, before TLS and HTTP see them, and gives the connection its client's
/// address. A trusted proxy must send it; from anybody else it is not taken off, and is no HTTP.
/// </summary>
internal sealed partial class ProxyProtocolMiddleware(
    ConnectionDelegate next, TrustedProxies proxies, TimeProvider time, ILogger<ProxyProtocolMiddleware> logger)
{
    /// <summary>A proxy sends the header with its first octets: this is only for one that is none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is not IPEndPoint proxy || !proxies.Contains(proxy.Address))
        {
            await next(connection);
            return;
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, connection.ConnectionClosed);
        try
        {
            if (!await TakeHeaderAsync(connection, ended.Token))
            {
                LogRefused(proxy);
                return;
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // Nobody there, or nothing said.
            LogRefused(proxy);
            return;
        }

        await next(connection);
    }

    private static async Task<bool> TakeHeaderAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            switch (Read(result.Buffer, out var client, out var length))
            {
                case ProxyHeaderState.Complete:
                    input.AdvanceTo(result.Buffer.GetPosition(length));
                    connection.RemoteEndPoint = client ?? connection.RemoteEndPoint;
                    return true;
                case ProxyHeaderState.Incomplete when !result.IsCompleted:
                    input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                    break;
                default:
                    input.AdvanceTo(result.Buffer.End);
                    return false;
            }
        }
    }

    private static ProxyHeaderState Read(in ReadOnlySequence<byte> buffer, out IPEndPoint? client, out int length)
    {
        if (buffer.IsSingleSegment)
        {
            return ProxyHeader.Read(buffer.FirstSpan, out client, out length);
        }

        return ProxyHeader.Read(buffer.Slice(0, Math.Min(buffer.Length, ProxyHeader.MaxLength)).ToArray(), out client, out length);
    }

    [LoggerMessage(3201, LogLevel.Debug, "{Proxy} is trusted to speak the PROXY protocol, and did not")]
    private partial void LogRefused(IPEndPoint proxy);
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AppProxy.Contracts.Processes;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

[Platform("Linux", Reason = "Reads what the kernel says of a process.")]
public sealed class Idle_WebSockets_need_little_memory : EndToEndTest
{
    /// <summary>What one may cost, in gateway and connector together.</summary>
    private const long Most = 20 * 1024;

    /// <summary>So many come and stay first: what is compiled and allocated once is not what a connection costs.</summary>
    private const int WarmUp = 1200;

    /// <summary>The platform compiles a method again after some dozen calls, and once more after the next, each time when it has been quiet for a moment.</summary>
    private const int Waves = 3;

    private readonly List<NetworkStream> _connections = [];

    [TearDown]
    public void Close() => _connections.ForEach(connection => connection.Dispose());

    [Test, CancelAfter(600_000)]
    public async Task In_both_processes_together(CancellationToken cancellation)
    {
        // Many, because what else a process takes meanwhile is shared by all. Each takes two sockets of this process, which may often have 20,000.
        var sockets = Scale.Current.Of(usual: 4000, full: 8500);
        var deployment = Use(await Deployment.StartAsync(UpgradeAsync, isHttp2: false, cancellation));
        for (var wave = 0; wave < Waves; wave++)
        {
            await OpenAsync(deployment, WarmUp / Waves, cancellation);
            await SettleAsync(cancellation);
        }

        var (gateway, connector) = (ResidentMemory.NowOf(deployment.Gateway.Id), ResidentMemory.NowOf(deployment.Connector.Id));

        await OpenAsync(deployment, sockets, cancellation);
        await SettleAsync(cancellation);

        // A busy machine gives both less time to be quiet in.
        var each = await EachAsync();
        for (var wait = 0; wait < 4 && each.Gateway + each.Connector >= Most; wait++)
        {
            await SettleAsync(cancellation);
            each = await EachAsync();
        }

        (each.Gateway + each.Connector).Should().BeLessThan(Most);

        // They are all alive.
        foreach (var connection in _connections)
        {
            await connection.WriteAsync("again"u8.ToArray(), cancellation);
        }

        foreach (var connection in _connections)
        {
            await ReadUntilAsync(connection, "again", cancellation);
        }

        async Task<(long Gateway, long Connector)> EachAsync()
        {
            var (inGateway, inConnector) = (
                (ResidentMemory.NowOf(deployment.Gateway.Id) - gateway) / sockets, (ResidentMemory.NowOf(deployment.Connector.Id) - connector) / sockets);
            await TestContext.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{sockets} idle WebSockets: {inGateway} octets each in the gateway, {inConnector} in the connector."));
            return (inGateway, inConnector);
        }
    }

    /// <summary>What is inside of an upgraded connection is nobody's business on the way, so this app echoes octets.</summary>
    private static async Task UpgradeAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = "websocket";
        await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        var buffer = new byte[16];
        try
        {
            while (await stream.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>Idle is what has been idle for a while: both processes have given back by then what opening took.</summary>
    private static Task SettleAsync(CancellationToken cancellation) => Task.Delay(QuietCollector.Interval * 3, TimeProvider.System, cancellation);

    private async Task OpenAsync(Deployment deployment, int count, CancellationToken cancellation)
    {
        var request = Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {deployment.Url.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, deployment.Url.Port, cancellation);
            var connection = new NetworkStream(socket, ownsSocket: true);
            _connections.Add(connection);
            await connection.WriteAsync(request, cancellation);
            await ReadUntilAsync(connection, "\r\n\r\n", cancellation);
            await connection.WriteAsync("hello"u8.ToArray(), cancellation);
            await ReadUntilAsync(connection, "hello", cancellation);
        }
    }
}

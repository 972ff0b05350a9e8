using System.Globalization;
using System.Net.Sockets;
using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>
/// What Remote Desktop clients do over HTTP ([MS-TSGU] 3.3.5.1): methods of their own, a response without end beside a request without end that
/// was answered before it began, or a WebSocket that is asked for with such a method.
/// </summary>
public sealed class Remote_Desktop_Gateway_streams : EndToEndTest
{
    private const string Path = "/remoteDesktopGateway/";

    private readonly TaskCompletionSource<NetworkStream> _out = new();
    private readonly Signal _closed = new();

    [Test, CancelAfter(Guard)]
    public async Task An_upgrade_keeps_its_method_and_a_malformed_key(CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            asked.TrySetResult(await RawApp.ReadHeadAsync(connection, stop));
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: whatever\r\n\r\nfrom the app"u8.ToArray(), stop);
            (await ReadUntilAsync(connection, "from the client", stop)).Should().Be("from the client");
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var client = await proxy.ConnectAsync(cancellation);

        // FreeRDP's key is not 16 octets in base64.
        await WriteAsync(
            client,
            $"RDG_OUT_DATA {Path} HTTP/1.1\r\nHost: {Host(proxy)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: not base64!\r\nRDG-Connection-Id: {{6A2D5B9E-1C7F-4B0A-9D0E-5B1F3C2A7D10}}\r\n\r\n",
            cancellation);
        var answer = await ReadUntilAsync(client, "from the app", cancellation);
        await WriteAsync(client, "from the client", cancellation);

        (await asked.Task).Should().StartWith($"RDG_OUT_DATA {Path} HTTP/1.1\r\n").And.Contain("Sec-WebSocket-Key: not base64!\r\n");
        answer.Should().StartWith("HTTP/1.1 101 ").And.Contain("Sec-WebSocket-Accept: whatever\r\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_pair_of_channels_flows_in_both_directions(CancellationToken cancellation)
    {
        await using var app = new RawApp(ServeGatewayAsync);
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var outgoing = await OpenChannelAsync(proxy, "RDG_OUT_DATA", "Content-Length: 0", cancellation);
        await ReadUntilAsync(outgoing, "seed", cancellation);
        await using var incoming = await OpenChannelAsync(proxy, "RDG_IN_DATA", "Transfer-Encoding: chunked", cancellation);

        // The request is answered, whole, before a byte of its body was sent; only then does the body begin.
        (await ReadUntilAsync(incoming, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 200 ").And.Contain("Content-Length: 0");
        for (var i = 0; i < 50; i++)
        {
            await WriteChunkAsync(incoming, $"<ask {i}>", cancellation);
            await ReadUntilAsync(outgoing, $"<told {i}>", cancellation);
        }

        await WriteAsync(incoming, "0\r\n\r\n", cancellation);
        await ReadUntilAsync(outgoing, "0\r\n\r\n", cancellation);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_that_leaves_its_endless_request_is_seen_to_leave(CancellationToken cancellation)
    {
        var came = new Signal();
        var left = new TaskCompletionSource<string>();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            await ReadUntilAsync(connection, "some", stop);
            came.Set();
            left.SetResult(await ReadToEndAsync(connection, stop));
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using (var incoming = await OpenChannelAsync(proxy, "RDG_IN_DATA", "Transfer-Encoding: chunked", cancellation))
        {
            await ReadUntilAsync(incoming, "\r\n\r\n", cancellation);
            await WriteChunkAsync(incoming, "some", cancellation);
            await came.WaitAsync(cancellation);
        }

        (await left.Task.WaitAsync(cancellation)).Should().NotContain("0\r\n", "that would be the end of a whole request");
    }

    private static string Host(TestEnvironment proxy) => proxy.UrlOf("app").Authority;

    /// <summary>The internal gateway: what comes in on one channel is answered on the other.</summary>
    private async Task ServeGatewayAsync(NetworkStream connection, CancellationToken stop)
    {
        if ((await RawApp.ReadHeadAsync(connection, stop)).StartsWith("RDG_OUT_DATA ", StringComparison.Ordinal))
        {
            await WriteAsync(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/rpc\r\n\r\nseed", stop);
            _out.SetResult(connection);
            await _closed.WaitAsync(stop);
            return;
        }

        await WriteAsync(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", stop);
        var @out = await _out.Task.WaitAsync(stop);
        for (var i = 0; i < 50; i++)
        {
            await ReadUntilAsync(connection, $"<ask {i}>", stop);
            await WriteAsync(@out, $"<told {i}>", stop);
        }

        await ReadUntilAsync(connection, "0\r\n\r\n", stop);
        await WriteAsync(@out, "<bye>", stop);
        _closed.Set();
    }

    private static async Task<NetworkStream> OpenChannelAsync(TestEnvironment proxy, string method, string framing, CancellationToken cancellation)
    {
        var connection = await proxy.ConnectAsync(cancellation);
        await WriteAsync(connection, $"{method} {Path} HTTP/1.1\r\nHost: {Host(proxy)}\r\nAccept: */*\r\n{framing}\r\n\r\n", cancellation);
        return connection;
    }

    private static Task WriteChunkAsync(Stream connection, string text, CancellationToken cancellation) =>
        WriteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"{text.Length:x}\r\n{text}\r\n"), cancellation);
}

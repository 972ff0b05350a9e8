using System.Text;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>An app need not wait for the end of a request, and a client need not wait for its answer. YARP 2.3 hangs in the one and says 502 in the other.</summary>
public sealed class Both_sides_talk_at_once : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task What_is_uploaded_is_echoed_while_it_is_uploaded(CancellationToken cancellation)
    {
        NeedsOwnClient();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), stop);
            for (var piece = ""; !piece.EndsWith("0\r\n\r\n", StringComparison.Ordinal);)
            {
                piece = await ReadPieceAsync(connection, stop);
                await connection.WriteAsync(Encoding.ASCII.GetBytes(piece), stop);
            }
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var client = await proxy.ConnectAsync(cancellation);
        await client.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nTransfer-Encoding: chunked\r\n\r\n"), cancellation);

        (await ReadUntilAsync(client, "\r\n\r\n", cancellation)).Should().StartWith("HTTP/1.1 200 OK");
        for (var i = 0; i < 3; i++)
        {
            await client.WriteAsync(Encoding.ASCII.GetBytes($"5\r\nping{i}\r\n"), cancellation);
            (await ReadUntilAsync(client, $"ping{i}\r\n", cancellation)).Should().EndWith($"ping{i}\r\n");
        }

        await client.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellation);
        (await ReadUntilAsync(client, "0\r\n\r\n", cancellation)).Should().EndWith("0\r\n\r\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_final_answer_during_the_upload_is_heard([Values] bool isChunked, [Values] bool closes, CancellationToken cancellation)
    {
        NeedsOwnClient();
        await using var app = new RawApp(async (connection, stop) =>
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await ReadPieceAsync(connection, stop);
            await connection.WriteAsync(
                Encoding.ASCII.GetBytes($"HTTP/1.1 413 Content Too Large\r\n{(closes ? "Connection: close\r\n" : "")}Content-Length: 8\r\n\r\ntoo much"), stop);
            if (!closes)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            }
        });
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var client = await proxy.ConnectAsync(cancellation);
        var framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 1000000";
        await client.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\n{framing}\r\n\r\n5\r\nhello\r\n"), cancellation);

        (await ReadUntilAsync(client, "too much", cancellation)).Should().StartWith("HTTP/1.1 413 ");
    }

    private static void NeedsOwnClient()
    {
        if (!OwnHttp1Client.IsThere)
        {
            Assert.Ignore(OwnHttp1Client.Reason);
        }
    }

    private static async Task<string> ReadPieceAsync(Stream connection, CancellationToken cancellationToken)
    {
        var octets = new byte[4096];
        var count = await connection.ReadAsync(octets, cancellationToken);
        return count > 0 ? Encoding.ASCII.GetString(octets, 0, count) : throw new EndOfStreamException();
    }
}

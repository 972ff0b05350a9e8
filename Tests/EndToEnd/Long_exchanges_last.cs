using System.Globalization;
using System.Text;
using System.Threading.Channels;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>What goes on for hours is never in anybody's way, as long as it goes on. The hours are virtual.</summary>
public sealed class Long_exchanges_last : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task An_upload_with_a_piece_a_minute_takes_an_hour_and_more([Values] bool isChunked, CancellationToken cancellation)
    {
        const int Minutes = 75;
        var clock = new JumpingClock();
        var arrived = Channel.CreateUnbounded<int>();
        var proxy = await StartAsync(
            o =>
            {
                o.Time = clock;
                o.Publish("app", async c =>
                {
                    var piece = new byte[16];
                    var all = 0;
                    while (await c.Request.Body.ReadAsync(piece, c.RequestAborted) is var count and > 0)
                    {
                        all += count;
                        await arrived.Writer.WriteAsync(all, c.RequestAborted);
                    }

                    await c.Response.WriteAsync(all.ToString(CultureInfo.InvariantCulture));
                });
            },
            cancellation);
        await using var client = await proxy.ConnectAsync(cancellation);
        var framing = isChunked ? "Transfer-Encoding: chunked" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Minutes * 4}");
        await WriteAsync(client, $"POST / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\n{framing}\r\n\r\n", cancellation);

        for (var minute = 1; minute <= Minutes; minute++)
        {
            await WriteAsync(client, isChunked ? "4\r\ntick\r\n" : "tick", cancellation);
            while (await arrived.Reader.ReadAsync(cancellation) < minute * 4)
            {
                // A piece may come in pieces.
            }

            clock.Pass(TimeSpan.FromMinutes(1));
        }

        await WriteAsync(client, isChunked ? "0\r\n\r\n" : "", cancellation);
        (await ReadUntilAsync(client, "300", cancellation)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_may_hold_a_poll_until_shortly_before_its_time_out(CancellationToken cancellation)
    {
        var clock = new JumpingClock();
        var proxy = await StartAsync(
            o =>
            {
                o.Time = clock;
                o.Publishing["applicationServerTimeout"] = "long";
                o.Publish("app", c =>
                {
                    clock.Pass(TimeSpan.FromSeconds(170));
                    return c.Response.WriteAsync("news");
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        for (var poll = 0; poll < 20; poll++)
        {
            (await client.GetStringAsync("/", cancellation)).Should().Be("news");
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Events_that_are_minutes_apart_arrive_all_day(CancellationToken cancellation)
    {
        var clock = new JumpingClock();
        var taken = Channel.CreateUnbounded<int>();
        var proxy = await StartAsync(
            o =>
            {
                o.Time = clock;
                o.Publish("app", async c =>
                {
                    c.Response.ContentType = "text/event-stream";
                    for (var i = 0; i < 300; i++)
                    {
                        await c.Response.Body.WriteAsync(Encoding.ASCII.GetBytes($"data: {i}\n\n"), c.RequestAborted);
                        await c.Response.Body.FlushAsync(c.RequestAborted);
                        await taken.Reader.ReadAsync(c.RequestAborted);
                        clock.Pass(TimeSpan.FromMinutes(4.5));
                    }
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var events = new StreamReader(await client.GetStreamAsync("/", cancellation));

        var count = 0;
        while (await events.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length > 0)
            {
                line.Should().Be($"data: {count}");
                await taken.Writer.WriteAsync(count++, cancellation);
            }
        }

        count.Should().Be(300);
    }
}

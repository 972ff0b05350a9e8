using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AppProxy.Benchmarks.Roles;

/// <summary>The internal app: as little work per request as Kestrel allows.</summary>
internal static class AppRole
{
    private static readonly byte[] OneKibibyte = Filled(1024);
    private static readonly byte[] HundredKibibytes = Filled(100 * 1024);
    private static readonly byte[] Piece = Filled(64 * 1024);

    /// <summary>How often each event stream says something.</summary>
    private static readonly TimeSpan EventInterval = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(string? certificatePath, CancellationToken cancellationToken)
    {
        await using var application = RoleServer.CreateBuilder(certificatePath).Build();
        application.Run(context => context.Request.Path.Value switch
        {
            "/1k" => AnswerAsync(context, OneKibibyte),
            "/100k" => AnswerAsync(context, HundredKibibytes),
            "/echo" => EchoAsync(context),
            "/bytes" => StreamAsync(context),
            "/sink" => SinkAsync(context),
            "/events" => EventsAsync(context),
            _ => NotFound(context),
        });
        await RoleServer.RunAsync(application, cancellationToken);
    }

    private static Task AnswerAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentLength = body.Length;
        context.Response.ContentType = "application/octet-stream";
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    private static Task EchoAsync(HttpContext context)
    {
        context.Response.ContentLength = context.Request.ContentLength;
        context.Response.ContentType = "application/octet-stream";
        return context.Request.Body.CopyToAsync(context.Response.Body);
    }

    private static async Task StreamAsync(HttpContext context)
    {
        var left = long.Parse(context.Request.Query["n"].ToString(), CultureInfo.InvariantCulture);
        context.Response.ContentLength = left;
        context.Response.ContentType = "application/octet-stream";
        while (left > 0)
        {
            var take = (int)Math.Min(left, Piece.Length);
            await context.Response.Body.WriteAsync(Piece.AsMemory(0, take));
            left -= take;
        }
    }

    private static async Task SinkAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var total = 0L;
        while (true)
        {
            var read = await reader.ReadAsync();
            total += read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await AnswerAsync(context, Encoding.ASCII.GetBytes(total.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Each event is the moment of its writing, in <see cref="Stopwatch"/> ticks, which all processes of one machine share.</summary>
    private static async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync();
        var line = new byte[64];
        using var timer = new PeriodicTimer(EventInterval, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(context.RequestAborted))
            {
                "data: "u8.CopyTo(line);
                Stopwatch.GetTimestamp().TryFormat(line.AsSpan(6), out var digits, default, CultureInfo.InvariantCulture);
                "\n\n"u8.CopyTo(line.AsSpan(6 + digits));
                await context.Response.Body.WriteAsync(line.AsMemory(0, 8 + digits));
                await context.Response.Body.FlushAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The client has seen enough.
        }
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static byte[] Filled(int length)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill((byte)'x');
        return bytes;
    }
}

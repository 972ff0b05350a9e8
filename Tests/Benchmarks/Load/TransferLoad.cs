using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace AppProxy.Benchmarks.Load;

/// <summary>One large body, in either direction, on a connection that is already open.</summary>
internal sealed class TransferLoad(LoadOrder order)
{
    private const int PieceSize = 64 * 1024;

    /// <summary>A transfer that takes longer than this counts as unanswered.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<LoadReport> RunAsync(CancellationToken cancellationToken)
    {
        var tally = new LoadTally { Sent = 1 };
        var seconds = 0d;
        try
        {
            using var connection = await HttpConnection.ConnectAsync(order.Url, cancellationToken);
            var startedAt = Stopwatch.GetTimestamp();
            var transfer = TransferAsync(connection, tally);
            try
            {
                await transfer.WaitAsync(Patience, TimeProvider.System, cancellationToken);
            }
            catch (TimeoutException)
            {
                tally.FirstError = "not done after a minute";
                connection.Abort();
                await transfer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        }
        catch (Exception exception) when (exception is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            tally.Broken++;
            tally.FirstError ??= exception.Message;
        }

        var report = LoadTally.Report([tally], 1);
        var bytes = Math.Max(order.RequestBytes, order.ResponseBytes);
        return report with { Rate = tally.Answered > 0 ? bytes / seconds / 1e6 : 0 };
    }

    private async Task TransferAsync(HttpConnection connection, LoadTally tally)
    {
        await connection.WriteAsync(Load.RequestBytes.Head(order));
        var piece = new byte[PieceSize];
        for (var left = order.RequestBytes; left > 0; left -= PieceSize)
        {
            await connection.WriteAsync(piece.AsMemory(0, (int)Math.Min(left, PieceSize)));
        }

        var status = await connection.ReadHeadAsync();
        var received = 0L;
        var answered = 0L;
        while (true)
        {
            var body = await connection.ReadBodyAsync();
            if (body.IsEmpty)
            {
                break;
            }

            received += body.Length;
            if (order.RequestBytes > 0)
            {
                answered = Number(answered, body.Span);
            }
        }

        // An upload is answered with the number of bytes that reached the app.
        var asExpected = status == 200 && (order.RequestBytes > 0 ? answered == order.RequestBytes : received == order.ResponseBytes);
        if (asExpected)
        {
            tally.Answered++;
        }
        else
        {
            tally.Wrong++;
            tally.FirstError = string.Create(CultureInfo.InvariantCulture, $"status {status} with {received} bytes");
        }
    }

    private static long Number(long soFar, ReadOnlySpan<byte> digits)
    {
        foreach (var digit in digits)
        {
            soFar = (soFar * 10) + (digit - '0');
        }

        return soFar;
    }
}

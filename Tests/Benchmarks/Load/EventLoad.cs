using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace AppProxy.Benchmarks.Load;

/// <summary>Many event streams at once; each event carries the moment of its writing (see the app role).</summary>
internal sealed class EventLoad(LoadOrder order)
{
    private readonly HttpConnection?[] _connections = new HttpConnection?[order.Connections];
    private volatile bool _ending;

    public async Task<LoadReport> RunAsync(CancellationToken cancellationToken)
    {
        var tallies = new LoadTally[order.Connections];
        var loops = new Task[order.Connections];
        for (var i = 0; i < loops.Length; i++)
        {
            var index = i;
            tallies[i] = new LoadTally();
            loops[i] = Task.Run(() => ListenAsync(index, tallies[index], cancellationToken), CancellationToken.None);
        }

        await Task.Delay(TimeSpan.FromSeconds(order.Seconds), TimeProvider.System, cancellationToken);
        _ending = true;
        foreach (var connection in _connections)
        {
            connection?.Abort();
        }

        await Task.WhenAll(loops);
        var report = LoadTally.Report(tallies, order.Seconds);

        // A stream is a request that is never done: what must not be is one on which nothing came.
        return report with { Unanswered = tallies.Count(tally => tally.Answered == 0 && tally.Broken + tally.Wrong == 0) };
    }

    private async Task ListenAsync(int index, LoadTally tally, CancellationToken cancellationToken)
    {
        tally.Sent++;
        try
        {
            using var connection = await HttpConnection.ConnectAsync(order.Url, cancellationToken);
            _connections[index] = connection;
            await connection.WriteAsync(Load.RequestBytes.Whole(order));
            var status = await connection.ReadHeadAsync();
            if (status != 200)
            {
                tally.Wrong++;
                tally.FirstError = string.Create(CultureInfo.InvariantCulture, $"status {status}");
                return;
            }

            var writtenAt = 0L;
            while (true)
            {
                var piece = await connection.ReadBodyAsync();
                if (piece.IsEmpty)
                {
                    throw new IOException("The stream ended.");
                }

                Take(piece.Span, Stopwatch.GetTimestamp(), ref writtenAt, tally);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            if (!_ending)
            {
                tally.Broken++;
                tally.FirstError ??= exception.Message;
            }
        }
    }

    // "data: <ticks>\n\n", cut anywhere: digits collect, the end of a line counts.
    private static void Take(ReadOnlySpan<byte> piece, long now, ref long writtenAt, LoadTally tally)
    {
        foreach (var symbol in piece)
        {
            if (symbol is >= (byte)'0' and <= (byte)'9')
            {
                writtenAt = (writtenAt * 10) + (symbol - '0');
            }
            else if (symbol == '\n' && writtenAt != 0)
            {
                tally.Latency.Record(Stopwatch.GetElapsedTime(writtenAt, now));
                tally.Answered++;
                tally.AnsweredInTime++;
                writtenAt = 0;
            }
        }
    }
}

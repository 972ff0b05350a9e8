using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace AppProxy.Benchmarks.Load;

/// <summary>Closed loop: each connection sends its next request when the last was answered.</summary>
internal sealed class RequestLoad(LoadOrder order)
{
    /// <summary>How long an answer may still take after the end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly byte[] _request = Load.RequestBytes.Whole(order);
    private readonly HttpConnection?[] _connections = new HttpConnection?[order.Connections];
    private long _stopAt;
    private volatile bool _abandoned;

    public async Task<LoadReport> RunAsync(CancellationToken cancellationToken)
    {
        var tallies = new LoadTally[order.Connections];
        for (var i = 0; i < tallies.Length; i++)
        {
            tallies[i] = new LoadTally();
            await ConnectAsync(i, tallies[i], cancellationToken);
        }

        _stopAt = Stopwatch.GetTimestamp() + (order.Seconds * Stopwatch.Frequency);
        var loops = new Task[order.Connections];
        for (var i = 0; i < loops.Length; i++)
        {
            var index = i;
            loops[i] = Task.Run(() => LoopAsync(index, tallies[index], cancellationToken), CancellationToken.None);
        }

        var all = Task.WhenAll(loops);
        try
        {
            await all.WaitAsync(TimeSpan.FromSeconds(order.Seconds) + Grace, TimeProvider.System, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _abandoned = true;
            foreach (var connection in _connections)
            {
                connection?.Abort();
            }

            await all;
        }

        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }

        return LoadTally.Report(tallies, order.Seconds);
    }

    private async Task LoopAsync(int index, LoadTally tally, CancellationToken cancellationToken)
    {
        while (!_abandoned && _connections[index] is { } connection)
        {
            var sentAt = Stopwatch.GetTimestamp();
            if (sentAt >= _stopAt)
            {
                return;
            }

            tally.Sent++;
            try
            {
                await connection.WriteAsync(_request);
                var status = await connection.ReadHeadAsync();
                var received = 0L;
                while (true)
                {
                    var piece = await connection.ReadBodyAsync();
                    if (piece.IsEmpty)
                    {
                        break;
                    }

                    received += piece.Length;
                }

                var answeredAt = Stopwatch.GetTimestamp();
                if (status == 200 && received == order.ResponseBytes)
                {
                    tally.Latency.Record(Stopwatch.GetElapsedTime(sentAt, answeredAt));
                    tally.Answered++;
                    tally.AnsweredInTime += answeredAt <= _stopAt ? 1 : 0;
                }
                else
                {
                    tally.Wrong++;
                    tally.FirstError ??= string.Create(CultureInfo.InvariantCulture, $"status {status} with {received} bytes");
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
            {
                if (_abandoned)
                {
                    // Aborted by us: sent and in no other count, so reported as unanswered.
                    return;
                }

                tally.Broken++;
                tally.FirstError ??= exception.Message;
                connection.Dispose();
                await ConnectAsync(index, tally, cancellationToken);
            }
        }
    }

    private async Task ConnectAsync(int index, LoadTally tally, CancellationToken cancellationToken)
    {
        try
        {
            _connections[index] = await HttpConnection.ConnectAsync(order.Url, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // No connection: this loop ends, and one request that could not even be sent says so.
            _connections[index] = null;
            tally.Sent++;
            tally.Broken++;
            tally.FirstError ??= exception.Message;
        }
    }
}

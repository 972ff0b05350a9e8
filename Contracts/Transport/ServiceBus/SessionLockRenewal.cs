using Amqp;
using Amqp.Framing;
using Amqp.Types;
using AppProxy.Contracts.Transport.Amqp;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>
/// Keeps a session's lock for as long as its receiver is open: asks $management at half of what is left. A failure is tried again after a
/// second; when the lock is lost the broker takes the receiver away, which is how its owner learns of it.
/// </summary>
internal sealed class SessionLockRenewal : IAsyncDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Session _session;
    private readonly string _queue;
    private readonly string _sessionId;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private NodeRequests? _node;
    private volatile bool _isStopped;

    public SessionLockRenewal(Session session, string queue, string sessionId, DateTimeOffset lockedUntil, TimeProvider time)
    {
        _session = session;
        _queue = queue;
        _sessionId = sessionId;
        _time = time;
        _timer = time.CreateTimer(_ => Renewing = RenewAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Schedule(lockedUntil);
    }

    /// <summary>The renewal under way, or the last one.</summary>
    public Task Renewing { get; private set; } = Task.CompletedTask;

    /// <summary>The receiver is gone: asks no more.</summary>
    public void Stop()
    {
        _isStopped = true;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        await _stopping.CancelAsync();
        await _timer.DisposeAsync();
        await Renewing;
        _node?.Close();
        _stopping.Dispose();
    }

    private async Task RenewAsync()
    {
        var lockedUntil = DateTimeOffset.MinValue;
        try
        {
            if (_node is not { IsOpen: true })
            {
                _node = await NodeRequests.OpenAsync(_session, _queue + Dialect.ManagementSuffix, _stopping.Token);
            }

            // Keys of a $management body are strings, of the properties too.
            var reply = await _node.AskAsync(
                new ApplicationProperties { ["operation"] = Dialect.RenewSessionLock },
                new Map { ["session-id"] = _sessionId },
                _stopping.Token);
            if (StatusCode.Of(reply, "statusCode") == 200 && reply.BodySection is AmqpValue { Value: Map answer } && answer["expiration"] is DateTime expiration)
            {
                lockedUntil = new DateTimeOffset(DateTime.SpecifyKind(expiration, DateTimeKind.Utc));
            }
        }
        catch (Exception)
        {
            // Stopped, or the links are gone: alone, and then the next try opens new ones, or with the connection.
        }

        if (!_isStopped)
        {
            Schedule(lockedUntil);
        }
    }

    private void Schedule(DateTimeOffset lockedUntil)
    {
        var half = (lockedUntil - _time.GetUtcNow()) / 2;
        _timer.Change(half > Shortest ? half : Shortest, Timeout.InfiniteTimeSpan);
    }
}

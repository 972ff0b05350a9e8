using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>Section 2.4.5: empty frames keep the peer from giving a quiet connection up, and a silent peer is given up.</summary>
internal sealed class KeepAlive(AmqpConnection connection)
{
    private readonly TimeProvider _time = connection.Options.Time;
    private ITimer? _timer;
    private long _lastRead;
    private long _lastWritten;

    public void Start()
    {
        _lastRead = _lastWritten = _time.GetTimestamp();
        var quiet = connection.Remote.IdleTimeOut == 0 ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(connection.Remote.IdleTimeOut / 2.0);
        var silence = connection.Options.IdleTimeOut <= TimeSpan.Zero ? TimeSpan.MaxValue : connection.Options.IdleTimeOut;
        var shortest = quiet < silence / 2 ? quiet : silence / 2;
        if (shortest == TimeSpan.MaxValue || shortest > TimeSpan.FromDays(1))
        {
            return;
        }

        var period = TimeSpan.FromMilliseconds(Math.Max(shortest.TotalMilliseconds / 2, 10));
        _timer = _time.CreateTimer(_ => Look(quiet, silence), null, period, period);
    }

    public void OnRead() => _lastRead = _time.GetTimestamp();

    public void OnWritten() => _lastWritten = _time.GetTimestamp();

    public ValueTask StopAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Look(TimeSpan quiet, TimeSpan silence)
    {
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(_lastRead, now) >= silence)
        {
            connection.Fail(new AmqpError(ErrorCondition.ResourceLimitExceeded, "Nothing was heard for longer than the idle time-out."));
            return;
        }

        // Half of what the peer waits for; the timer ticks twice in that time.
        if (_time.GetElapsedTime(_lastWritten, now) >= quiet / 2)
        {
            connection.WriteEmptyFrame();
        }
    }
}

using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace AppProxy.Tests.Contracts.Transport;

/// <summary>Fake time that tells of each timer, so that a test lets time pass only when somebody waits for it.</summary>
internal sealed class ObservedTimeProvider : FakeTimeProvider
{
    public ObservedTimeProvider()
    {
    }

    public ObservedTimeProvider(DateTimeOffset start)
        : base(start)
    {
    }

    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>How long each new timer is to run.</summary>
    public ChannelReader<TimeSpan> Timers => _timers.Reader;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
        {
            _timers.Writer.TryWrite(dueTime);
        }

        return timer;
    }
}

using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace AppProxy.Tests.Gateway.Demo;

/// <summary>A clock that tells when somebody began to wait, so that a test moves it exactly then.</summary>
internal sealed class TimerSignallingTimeProvider : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits for the next wait, and lets its time pass.</summary>
    public async Task PassNextAsync(CancellationToken cancellationToken) => Advance(await _timers.Reader.ReadAsync(cancellationToken));
}

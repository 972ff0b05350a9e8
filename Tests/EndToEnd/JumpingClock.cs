namespace AppProxy.Tests.EndToEnd;

/// <summary>
/// The system's clock, but for jumps: time-outs of minutes are over at once, while timers go on at their real pace. A clock that is moved
/// step by step would let heartbeats fall due which nobody had the time to send.
/// </summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ahead));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref _ahead);

    public void Jump(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);
}

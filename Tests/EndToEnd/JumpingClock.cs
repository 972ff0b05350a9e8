namespace AppProxy.Tests.EndToEnd;

/// <summary>
/// The system's clock, but for jumps: time-outs of minutes are over at once, while timers go on at their real pace. A clock that is moved
/// step by step would let heartbeats fall due which nobody had the time to send.
/// </summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _elapsed;
    private long _set;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _set));

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref _elapsed);

    /// <summary>So much time has passed, for whoever measures it.</summary>
    public void Pass(TimeSpan time) => Interlocked.Add(ref _elapsed, time.Ticks);

    /// <summary>Somebody set the clock so far ahead; no time has passed.</summary>
    public void SetAhead(TimeSpan time) => Interlocked.Add(ref _set, time.Ticks);
}

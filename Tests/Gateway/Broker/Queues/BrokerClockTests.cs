using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class BrokerClockTests
{
    [Test]
    public void Setting_the_wall_clock_moves_no_deadline_and_is_told_from_then_on()
    {
        var time = new TwoClocks();
        var clock = new BrokerClock(time);
        time.Elapsed = TimeSpan.FromSeconds(5);
        clock.Now.Should().Be(TimeSpan.FromSeconds(5).Ticks);

        time.Wall += TimeSpan.FromDays(1);
        time.Elapsed = TimeSpan.FromSeconds(7);

        clock.Now.Should().Be(TimeSpan.FromSeconds(7).Ticks);
        clock.ToUtc(clock.Now).Should().Be(time.GetUtcNow());
    }

    [Test]
    public void What_never_ends_stays_so()
    {
        var clock = new BrokerClock(new TwoClocks());

        BrokerClock.After(clock.Now, TimeSpan.MaxValue).Should().Be(long.MaxValue);
        clock.ToUtc(long.MaxValue).Should().Be(DateTimeOffset.MaxValue);
    }

    /// <summary>A wall clock that can be set without the monotonic one noticing, as on a machine.</summary>
    private sealed class TwoClocks : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => 1_000_000 + Elapsed.Ticks;

        public override DateTimeOffset GetUtcNow() => Wall + Elapsed;
    }
}

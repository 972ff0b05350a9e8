using AppProxy.Contracts.Exchanges;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
public sealed class BrokerClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);

    [Test]
    public void Without_a_message_the_clocks_are_taken_for_equal()
    {
        var clock = new BrokerClock(_time);

        clock.Offset.Should().Be(TimeSpan.Zero);
        clock.IsSkewed.Should().BeFalse();
        clock.After(TimeSpan.FromSeconds(1)).Should().Be(_time.GetUtcNow().AddSeconds(1).ToUnixTimeMilliseconds());
    }

    [TestCase(7_000)]
    [TestCase(-7_000)]
    public void The_smallest_difference_is_the_offset(int ahead)
    {
        var clock = new BrokerClock(_time);
        Observe(clock, ahead, late: 40);
        Observe(clock, ahead, late: 3);
        Observe(clock, ahead, late: 90);

        clock.Offset.Should().Be(TimeSpan.FromMilliseconds(ahead + 3));
        clock.IsSkewed.Should().BeTrue();
        clock.After(TimeSpan.Zero).Should().Be(_time.GetUtcNow().ToUnixTimeMilliseconds() - ahead - 3);
    }

    [Test]
    public void A_deadline_is_judged_by_the_broker_s_time()
    {
        var clock = new BrokerClock(_time);
        Observe(clock, ahead: 10_000, late: 0);
        var deadline = clock.After(TimeSpan.FromSeconds(5));

        clock.IsOver(deadline).Should().BeFalse();
        clock.IsOver(0).Should().BeFalse("0 is no deadline");
        _time.Advance(TimeSpan.FromSeconds(5));
        clock.IsOver(deadline).Should().BeFalse("at the deadline it is not over");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        clock.IsOver(deadline).Should().BeTrue();
    }

    [Test]
    public void A_clock_that_was_set_back_is_known_at_once_and_one_set_forward_within_a_minute()
    {
        var clock = new BrokerClock(_time);
        Observe(clock, ahead: 0, late: 1);
        Observe(clock, ahead: -60_000, late: 1);
        clock.Offset.Should().Be(TimeSpan.FromMilliseconds(-59_999));

        for (var second = 0; second < 61; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Observe(clock, ahead: 0, late: 1);
        }

        clock.Offset.Should().Be(TimeSpan.FromMilliseconds(1));
    }

    private void Observe(BrokerClock clock, int ahead, int late) => clock.Observe(_time.GetUtcNow().AddMilliseconds(-ahead - late));
}

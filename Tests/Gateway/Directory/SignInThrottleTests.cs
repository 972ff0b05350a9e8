using System.Net;
using AppProxy.Gateway.Directory.SigningIn;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.OfDirectory;

[TestFixture]
internal sealed class SignInThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.7");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("198.51.100.9");

    private readonly FakeTimeProvider _time = new();
    private SignInThrottle _throttle = null!;

    [SetUp]
    public void SetUp() => _throttle = new SignInThrottle(_time);

    [Test]
    public void Five_failures_then_one_a_minute()
    {
        Fail("alice", Here, 5).Should().Be(5);
        Fail("alice", Here, 1).Should().Be(0);
        _time.Advance(TimeSpan.FromMinutes(1));
        Fail("ALICE ", Here, 2).Should().Be(1, "however the name is written");
    }

    [Test]
    public void What_succeeds_does_not_count()
    {
        for (var i = 0; i < 50; i++)
        {
            _throttle.TryPassword("alice", Here, null)!.Succeed();
        }
    }

    [Test]
    public void Nobody_is_locked_out_elsewhere_or_in_a_browser_that_is_known()
    {
        Fail("alice", Here, 50);

        _throttle.TryPassword("alice", Elsewhere, null).Should().NotBeNull();
        _throttle.TryPassword("alice", Here, "browser").Should().NotBeNull();
    }

    [Test]
    public void A_network_has_so_many_for_all_accounts()
    {
        Enumerable.Range(0, 100).Sum(i => Fail($"user{i}", Here, 1)).Should().Be(30);
        Fail("someone", Elsewhere, 1).Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(10));
        Fail("another", Here, 2).Should().Be(1);
    }

    [Test]
    public void One_customer_of_IPv6_is_one_network()
    {
        Enumerable.Range(1, 40).Sum(i => Fail("alice", IPAddress.Parse($"2001:db8:1:2::{i}"), 1)).Should().Be(5);
        Fail("alice", IPAddress.Parse("2001:db8:1:3::1"), 1).Should().Be(1);
        Fail("bob", IPAddress.Parse("::ffff:192.0.2.7"), 5);
        Fail("bob", Here, 1).Should().Be(0);
    }

    [Test]
    public void Codes_count_for_the_account_wherever_they_come_from_but_not_in_its_own_browser()
    {
        Enumerable.Range(0, 20).Count(_ => _throttle.TryCode("id", null) is not null).Should().Be(10);
        _throttle.TryCode("id", "browser").Should().NotBeNull();
        _throttle.TryCode("other", null).Should().NotBeNull();
        _time.Advance(TimeSpan.FromMinutes(6));
        _throttle.TryCode("id", null).Should().NotBeNull();
    }

    [Test]
    public void What_a_network_tries_that_may_try_no_more_is_not_kept()
    {
        Fail("alice", Here, 5);
        Enumerable.Range(0, 25).Sum(i => Fail($"user{i}", Here, 1)).Should().Be(25);
        var before = _throttle.Count;

        Enumerable.Range(0, 100).Sum(i => Fail($"other{i}", Here, 1)).Should().Be(0);

        _throttle.Count.Should().Be(before);
    }

    [Test]
    public void A_long_name_is_one_account_and_takes_no_more_room()
    {
        var name = new string('x', 60_000);
        Fail(name, Here, 9).Should().Be(5);
        Fail(name + "y", Here, 1).Should().Be(1);
        _throttle.TryPassword(name, Elsewhere, null);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 1000; i++)
        {
            _throttle.TryPassword(name + (char)('a' + (i % 26)) + (char)i, new IPAddress(i + 1), null);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(5_000_000, "a thousand such names are 120 MB");
    }

    [Test]
    public void There_are_so_many_at_most_and_who_tried_most_stays()
    {
        Fail("alice", Here, 5);

        for (var i = 0; i < SignInThrottle.MostAllowances; i++)
        {
            _throttle.TryPasskey(new IPAddress(i + 1), null);
            _throttle.TryPasskey(null, $"browser{i}");
        }

        _throttle.Count.Should().BeLessThanOrEqualTo(SignInThrottle.MostAllowances);
        Fail("alice", Here, 1).Should().Be(0, "what was used up is not forgotten");
    }

    [Test]
    public void That_a_network_tries_too_often_is_told_once_a_minute()
    {
        Enumerable.Range(0, 100).Count(_ => _throttle.IsToBeTold(Here)).Should().Be(1);
        _throttle.IsToBeTold(Elsewhere).Should().BeTrue();
        _time.Advance(TimeSpan.FromMinutes(1));
        _throttle.IsToBeTold(Here).Should().BeTrue();
    }

    private int Fail(string account, IPAddress address, int times) => Enumerable.Range(0, times).Count(_ => _throttle.TryPassword(account, address, null) is not null);
}

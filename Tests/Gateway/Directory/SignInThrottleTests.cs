using System.Net;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.OfDirectory;

[TestFixture]
internal sealed class SignInThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.7");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("198.51.100.9");

    /// <summary>What is left is a fraction.</summary>
    private static readonly TimeSpan Nearly = TimeSpan.FromMilliseconds(1);

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
            _throttle.TryPassword("alice", Here, null, out _)!.Succeed();
        }
    }

    [Test]
    public void Nobody_is_locked_out_elsewhere_or_in_a_browser_that_is_known()
    {
        Fail("alice", Here, 50);

        _throttle.TryPassword("alice", Elsewhere, null, out _).Should().NotBeNull();
        _throttle.TryPassword("alice", Here, "browser", out _).Should().NotBeNull();
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
    public void A_customer_with_a_whole_48_of_IPv6_has_no_network_more_than_four()
    {
        Enumerable.Range(0, 100).Sum(i => Fail("alice", IPAddress.Parse($"2001:db8:1:{i:x}::1"), 5)).Should().Be(20);
        Enumerable.Range(0, 500).Sum(i => Fail($"user{i}", IPAddress.Parse($"2001:db8:1:{i:x}::1"), 1)).Should().Be(100, "with Alice's they are 120");
        Fail("alice", IPAddress.Parse("2001:db8:2::1"), 1).Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(15));
        Fail("alice", IPAddress.Parse("2001:db8:1:fff::1"), 2).Should().Be(1);
    }

    [Test]
    public void Many_networks_guess_slower_together_and_the_owner_comes_in_from_any_other()
    {
        Enumerable.Range(0, 10).Sum(i => Fail("alice", Network(i), 5)).Should().Be(50);
        Enumerable.Range(10, 100).Sum(i => Fail("alice", Network(i), 5)).Should().Be(100, "one each");
        Fail("bob", Network(10), 4).Should().Be(4, "who is not guessed at has what there is");

        for (var i = 0; i < 10; i++)
        {
            _throttle.TryPassword("alice", Elsewhere, null, out _)!.Succeed();
        }

        _throttle.TryPassword("alice", Network(0), "browser", out _).Should().NotBeNull();
        _time.Advance(TimeSpan.FromMinutes(1));
        Fail("alice", Network(10), 1).Should().Be(0);
        _time.Advance(TimeSpan.FromMinutes(4));
        Fail("alice", Network(10), 2).Should().Be(1);
        _time.Advance(TimeSpan.FromHours(9));
        Fail("alice", Network(10), 6).Should().Be(5, "after a quiet time all is as before");
    }

    [Test]
    public void Codes_count_for_the_network_and_for_the_account_but_not_in_its_own_browser()
    {
        Codes(Here, null, 20).Should().Be(10);
        Codes(Elsewhere, null, 1).Should().Be(1, "who knows the password keeps nobody out elsewhere");
        Codes(Here, "browser", 1).Should().Be(1);
        _throttle.TryCode("other", Here, null, out _).Should().NotBeNull();
        _time.Advance(TimeSpan.FromMinutes(6));
        Codes(Here, null, 2).Should().Be(1);
    }

    [Test]
    public void From_however_many_networks_no_more_codes_are_tried_than_it_takes_to_find_one()
    {
        Enumerable.Range(0, 100).Sum(i => Codes(Network(i), null, 10)).Should().Be(50);
        _time.Advance(TimeSpan.FromHours(1));
        Enumerable.Range(100, 100).Sum(i => Codes(Network(i), null, 10)).Should().Be(10);

        // Whose account it is comes in: where they did before, or with a recovery code.
        Codes(Elsewhere, "browser", 1).Should().Be(1);
        _throttle.TryRecoveryCode("id", Elsewhere, null, out _).Should().NotBeNull();
    }

    [Test]
    public void Recovery_codes_are_held_back_only_where_they_are_tried()
    {
        Enumerable.Range(0, 100).Sum(i => Enumerable.Range(0, 20).Count(_ => _throttle.TryRecoveryCode("id", Network(i), null, out TimeSpan _) is not null)).Should().Be(1000);
        _throttle.TryRecoveryCode("id", Elsewhere, null, out _).Should().NotBeNull();
        Codes(Network(0), null, 1).Should().Be(1, "they are another matter than codes");
        _time.Advance(TimeSpan.FromMinutes(1));
        _throttle.TryRecoveryCode("id", Network(0), null, out _).Should().NotBeNull();
    }

    [Test]
    public void Programs_have_an_allowance_for_their_network()
    {
        Enumerable.Range(0, 200).Count(_ => _throttle.TryClient(Here, out TimeSpan _) is not null).Should().Be(100);
        Enumerable.Range(0, 200).Count(_ => _throttle.TryDeviceAuthorization(Here, out TimeSpan _) is not null).Should().Be(30);
        _throttle.TryClient(Elsewhere, out _).Should().NotBeNull();
        Fail("alice", Here, 1).Should().Be(1, "people have another");
        _time.Advance(TimeSpan.FromSeconds(1));
        Enumerable.Range(0, 5).Count(_ => _throttle.TryClient(Here, out TimeSpan _) is not null).Should().Be(1);
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
        _throttle.TryPassword(name, Elsewhere, null, out _);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 1000; i++)
        {
            _throttle.TryPassword(name + (char)('a' + (i % 26)) + (char)i, new IPAddress(i + 1), null, out _);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(5_000_000, "a thousand such names are 120 MB");
    }

    [Test]
    public void There_are_so_many_at_most_and_who_tried_most_stays()
    {
        Fail("alice", Here, 5);

        for (var i = 0; i < Allowances.Most; i++)
        {
            _throttle.TryPasskey(new IPAddress(i + 1), null, out _);
            _throttle.TryPasskey(null, $"browser{i}", out _);
        }

        _throttle.Count.Should().BeLessThanOrEqualTo(Allowances.Most);
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

    [Test]
    public void Who_tries_too_often_is_told_when_the_next_try_comes()
    {
        Fail("alice", Here, 5);
        WaitOf("alice", Here).Should().Be(TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromSeconds(20));
        WaitOf("alice", Here).Should().BeCloseTo(TimeSpan.FromSeconds(40), Nearly);
        WaitOf("alice", Elsewhere).Should().Be(TimeSpan.Zero);

        Enumerable.Range(0, 40).Sum(i => Fail($"user{i}", Elsewhere, 1)).Should().Be(30);
        WaitOf("bob", Elsewhere).Should().Be(TimeSpan.FromSeconds(10));
        WaitOf("alice", Elsewhere).Should().Be(TimeSpan.FromSeconds(10));
    }

    [Test]
    public void Of_several_that_are_used_up_the_last_to_come_back_counts()
    {
        Fail("alice", Here, 5);
        Enumerable.Range(0, 40).Sum(i => Fail($"user{i}", Here, 1)).Should().Be(25);

        WaitOf("alice", Here).Should().Be(TimeSpan.FromMinutes(1));
        WaitOf("bob", Here).Should().Be(TimeSpan.FromSeconds(10));
    }

    [Test]
    public void Who_comes_to_an_account_that_many_guess_at_is_told_when_their_network_may_again()
    {
        Enumerable.Range(0, 10).Sum(i => Fail("alice", Network(i), 5)).Should().Be(50);
        Fail("alice", Network(10), 1).Should().Be(1, "which is all that it has");

        WaitOf("alice", Network(10)).Should().Be(TimeSpan.FromMinutes(5));
        WaitOf("alice", Network(0)).Should().Be(TimeSpan.FromMinutes(1), "it has one, but has used up its own");
        _time.Advance(TimeSpan.FromMinutes(7));
        Fail("alice", Network(10), 1).Should().Be(1);
        _time.Advance(TimeSpan.FromMinutes(1));
        WaitOf("alice", Network(10)).Should().BeCloseTo(TimeSpan.FromMinutes(2), Nearly, "then there is one for everybody, before its own");
    }

    [Test]
    public void Codes_recovery_codes_devices_passkeys_and_programs_have_waits_of_their_own()
    {
        Codes(Here, null, 10);
        _throttle.TryCode("id", Here, null, out var code).Should().BeNull();
        Enumerable.Range(0, 10).Count(_ => _throttle.TryRecoveryCode("id", Here, null, out TimeSpan _) is not null).Should().Be(10);
        _throttle.TryRecoveryCode("id", Here, null, out var recovery).Should().BeNull();
        Enumerable.Range(0, 10).Count(_ => _throttle.TryDeviceCode("id", out TimeSpan _) is not null).Should().Be(10);
        _throttle.TryDeviceCode("id", out var device).Should().BeNull();
        Enumerable.Range(0, 30).Count(_ => _throttle.TryPasskey(Here, null, out TimeSpan _) is not null).Should().Be(30);
        _throttle.TryPasskey(Here, null, out var passkey).Should().BeNull();
        Enumerable.Range(0, 10).Count(_ => _throttle.TryPasskey(Here, "browser", out TimeSpan _) is not null).Should().Be(10);
        _throttle.TryPasskey(Here, "browser", out var known).Should().BeNull();
        Enumerable.Range(0, 100).Count(_ => _throttle.TryClient(Here, out TimeSpan _) is not null).Should().Be(100);
        _throttle.TryClient(Here, out var client).Should().BeNull();
        Enumerable.Range(0, 30).Count(_ => _throttle.TryDeviceAuthorization(Here, out TimeSpan _) is not null).Should().Be(30);
        _throttle.TryDeviceAuthorization(Here, out var begun).Should().BeNull();

        ((int[])[.. new[] { code, recovery, device, passkey, known, client, begun }.Select(static wait => (int)wait.TotalSeconds)]).Should().Equal(360, 60, 360, 10, 60, 1, 10);
    }

    [TestCase(0, "1", "Too often. Try again in a minute.")]
    [TestCase(0.2, "1", "Too often. Try again in a minute.")]
    [TestCase(10, "10", "Too often. Try again in a minute.")]
    [TestCase(60.0000001, "60", "Too often. Try again in a minute.")]
    [TestCase(60.5, "61", "Too often. Try again in 2 minutes.")]
    [TestCase(300, "300", "Too often. Try again in 5 minutes.")]
    public void How_long_is_told_in_whole_seconds_and_in_minutes(double seconds, string header, string words)
    {
        var context = new DefaultHttpContext();

        TooManyTries.Tell(context, Language.English, "Too often.", TimeSpan.FromSeconds(seconds)).Should().Be(words);

        context.Response.Headers.RetryAfter.ToString().Should().Be(header);
    }

    private static IPAddress Network(int number) => new([10, 1, (byte)(number / 256), (byte)number]);

    private TimeSpan WaitOf(string account, IPAddress address)
    {
        _throttle.TryPassword(account, address, null, out var wait)?.Succeed();
        return wait;
    }

    private int Codes(IPAddress address, string? browser, int times) => Enumerable.Range(0, times).Count(_ => _throttle.TryCode("id", address, browser, out TimeSpan _) is not null);

    private int Fail(string account, IPAddress address, int times) => Enumerable.Range(0, times).Count(_ => _throttle.TryPassword(account, address, null, out TimeSpan _) is not null);
}

using AppProxy.Gateway.Audit;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Audit;

[TestFixture]
internal sealed class RepeatedDenialsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly AuditEvent Denied = new() { Kind = AuditKind.Denial, Outcome = "token-refused", Address = "192.0.2.7", Reference = "r0", Detail = "expired" };

    [Test]
    public void The_first_is_written_and_after_the_minute_the_last_with_how_many_there_were()
    {
        var denials = new RepeatedDenials();

        denials.IsFirst(Denied, Now).Should().BeTrue();
        for (var i = 1; i <= 7; i++)
        {
            denials.IsFirst(Denied with { Reference = FormattableString.Invariant($"r{i}") }, Now.AddSeconds(i)).Should().BeFalse();
        }

        denials.Take(Now.AddSeconds(59)).Should().BeEmpty();
        denials.Take(Now.AddSeconds(60)).Should().Equal(Denied with { Reference = "r7", Detail = "7 more within a minute, this is the last; expired" });
        denials.Take(Now.AddSeconds(120)).Should().BeEmpty();
        denials.IsFirst(Denied, Now.AddSeconds(61)).Should().BeTrue();
        denials.Take(Now.AddSeconds(200)).Should().BeEmpty("one alone was written");
    }

    [Test]
    public void Another_address_or_outcome_is_another_matter()
    {
        var denials = new RepeatedDenials();

        foreach (var other in (AuditEvent[])[Denied, Denied with { Address = "192.0.2.8" }, Denied with { Outcome = "hand-off-refused" }])
        {
            denials.IsFirst(other, Now).Should().BeTrue();
        }
    }

    [Test]
    public void A_person_s_denials_are_each_written()
    {
        RepeatedDenials.Are(Denied).Should().BeTrue();
        RepeatedDenials.Are(Denied with { User = "alice" }).Should().BeFalse();
        RepeatedDenials.Are(Denied with { Kind = AuditKind.SignIn }).Should().BeFalse();
    }

    [Test]
    public void However_many_addresses_there_are_none_is_lost()
    {
        var denials = new RepeatedDenials();
        var written = Enumerable.Range(0, 30_000).Count(i => denials.IsFirst(Denied with { Address = FormattableString.Invariant($"2001:db8::{i:x}") }, Now));

        written.Should().Be(10_001);
        var rest = denials.Take(Now.AddMinutes(1)).Should().ContainSingle().Subject;
        rest.Address.Should().BeNull();
        rest.Detail.Should().StartWith("19999 more");
    }
}

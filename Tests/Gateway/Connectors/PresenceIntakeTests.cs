using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Roster;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

[TestFixture]
internal sealed class PresenceIntakeTests
{
    private static readonly PresenceReport Good = new()
    {
        Version = "1.2.3",
        Uplink = Guid.NewGuid(),
        Slots = 256,
        BusySlots = 3,
        Streams = 7,
        ClockOffset = -12,
        Apps = new Dictionary<string, AppReach> { ["hr"] = new(true, ConnectTime: 5), ["wiki"] = new(false, "connection refused") },
    };

    [Test]
    public void What_is_well_stays_as_it_is() => PresenceIntake.Take(Good, static _ => true).Should().BeEquivalentTo(Good);

    [Test]
    public void Apps_of_other_groups_and_apps_without_a_word_are_left_out()
    {
        var report = Good with { Apps = new Dictionary<string, AppReach> { ["hr"] = new(true), ["theirs"] = new(true), ["wiki"] = null! } };

        PresenceIntake.Take(report, static app => app != "theirs").Apps.Keys.Should().Equal("hr");
    }

    [Test]
    public void Texts_are_short_and_can_be_printed()
    {
        var report = Good with
        {
            Version = "1\e[2J2\r\n3" + new string('x', 1000),
            Apps = new Dictionary<string, AppReach> { ["hr"] = new(false, "name\u202e\0 \ud800unknown\u2028 é 漢 🙂" + new string('y', 100_000), new string('z', 100_000), -1) },
        };

        var taken = PresenceIntake.Take(report, static _ => true);

        taken.Version.Should().StartWith("1 [2J2  3x").And.HaveLength(64);
        taken.Apps["hr"].Problem.Should().StartWith("name   ").And.Contain("unknown  é 漢 🙂y").And.HaveLength(200);
        taken.Apps["hr"].TlsProblem.Should().HaveLength(200);
        taken.Apps["hr"].ConnectTime.Should().BeNull();
    }

    [TestCase(-1, 0, 0, 0)]
    [TestCase(int.MaxValue, 0, 0, 0)]
    [TestCase(0, -1, 0, 0)]
    [TestCase(0, 0, int.MaxValue, 0)]
    [TestCase(0, 0, 0, long.MinValue)]
    public void Numbers_that_cannot_be_are_refused(int slots, int busy, int streams, long clock) =>
        FluentActions.Invoking(() => PresenceIntake.Take(Good with { Slots = slots, BusySlots = busy, Streams = streams, ClockOffset = clock }, static _ => true))
            .Should().Throw<CallRefusedException>().Which.Fault.Should().Be(CallFault.BadRequest);
}

using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Roster;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

[TestFixture]
public sealed class ConnectorReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Connectors_are_listed_as_they_are()
    {
        var lines = Write(static (report, output) => report.WriteConnectors(output));

        lines.Should().HaveCount(5);
        lines[0].Should().MatchRegex("^NAME +GROUP +STATE +SLOTS +STREAMS +APPS +CLOCK +VERSION +SEEN +ID$");
        lines[1].Should().MatchRegex(@"^berlin +eu +online +3/256 +7 +1/2 \(wiki: connection refused\) +\+12 ms +1\.2\.3 +2 s ago +1$");
        lines[2].Should().MatchRegex(@"^paris +eu +offline +- +- +- +- +1\.2\.3 +10 min ago +2$", "what it ran it runs no more");
        lines[3].Should().MatchRegex(@"^rome +eu +revoked +- +- +- +- +1\.2\.3 +1 s ago +3$");
        lines[4].Should().MatchRegex("^tokyo +asia +online .* 4$");
    }

    [Test]
    public void A_group_is_what_is_online_of_it()
    {
        var lines = Write(static (report, output) => report.WriteGroups(output, []));

        lines.Should().HaveCount(3);
        lines[1].Should().MatchRegex("^eu +1/2 online +3/256 +7 +wiki$");
        lines[2].Should().MatchRegex("^asia +1/1 online +0/256 +0 +-$");
    }

    [Test]
    public void A_group_that_has_apps_and_no_connector_is_there_too()
    {
        var lines = Write(static (report, output) => report.WriteGroups(
            output, [new GroupApp("EU", "hr", IsProbed: true), new GroupApp("eu", "new", IsProbed: true), new GroupApp("eu", "any", IsProbed: false), new GroupApp("us", "crm", IsProbed: false)]));

        lines.Should().HaveCount(4);
        lines[1].Should().MatchRegex("^eu +1/2 online +3/256 +7 +new, wiki$");
        lines[3].Should().MatchRegex("^us +none enrolled +- +- +crm$");
    }

    [Test]
    public void Nothing_is_said_to_be_nothing()
    {
        var output = new StringWriter();
        new ConnectorReport([], new Dictionary<string, PresenceRecord>(), Now).WriteGroups(output, []);

        output.ToString().Trim().Should().Be("No connector is enrolled, and no app is published.");
    }

    private static string[] Write(Action<ConnectorReport, TextWriter> write)
    {
        var output = new StringWriter();
        write(
            new ConnectorReport(
                [Connector("1", "berlin", "eu"), Connector("2", "paris", "eu"), Connector("3", "rome", "eu") with { RevokedAt = Now }, Connector("4", "tokyo", "asia")],
                new Dictionary<string, PresenceRecord>
                {
                    ["1"] = new(Report(3, 7, 12, new AppReach(false, "connection refused")), Now.AddSeconds(-2)),
                    ["2"] = new(Report(0, 0, 0, new AppReach(true)), Now.AddMinutes(-10)),
                    ["3"] = new(Report(9, 9, 9, new AppReach(true)), Now.AddSeconds(-1)),
                    ["4"] = new(Report(0, 0, 0, new AppReach(true)), Now),
                },
                Now),
            output);
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static PresenceReport Report(int busy, int streams, long clock, AppReach wiki) => new()
    {
        Version = "1.2.3",
        Slots = 256,
        BusySlots = busy,
        Streams = streams,
        ClockOffset = clock,
        Apps = new Dictionary<string, AppReach> { ["hr"] = new(true), ["wiki"] = wiki },
    };

    private static ConnectorRecord Connector(string id, string name, string group) => new()
    {
        Id = id,
        Name = name,
        Group = group,
        Key = new PublicPoint("", ""),
        EnrolledWith = "",
        EnrolledAt = Now,
    };
}

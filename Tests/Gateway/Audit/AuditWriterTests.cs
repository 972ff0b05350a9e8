using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Audit.Storage;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Diagnostics;
using AppProxy.Tests.Gateway.Catalogue;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Audit;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
[CancelAfter(60_000)]
internal sealed class AuditWriterTests(StoreKind kind) : StoreTest(kind), IDisposable
{
    private static readonly AuditEvent Denied = new()
    {
        Kind = AuditKind.Denial,
        Outcome = "not-assigned",
        User = "4711",
        UserName = "Alice@corp.test",
        App = "planner",
        Address = "192.0.2.7",
        Policy = "two-steps",
        Reference = "3ee129ef",
        Detail = "why",
    };

    private readonly InstrumentRecorder _recorder = new(GatewayMeter.MeterName);

    public void Dispose() => _recorder.Dispose();

    [Test]
    public async Task What_is_written_is_kept_when_the_gateway_stops(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        using var writer = Create();
        await writer.StartAsync(cancellation);
        writer.Write(Denied);
        await writer.StopAsync(cancellation);

        var row = (await FindAsync(new AuditQuery(), cancellation)).Should().ContainSingle().Subject;
        row.Should().BeEquivalentTo(AuditRow.Of(Denied, Time.GetUtcNow()), static options => options.Excluding(static kept => kept.Id));
        (row.Kind, row.Outcome, row.User, row.Policy, row.Reference).Should().Be(("Denial", "not-assigned", "4711", "two-steps", "3ee129ef"));
    }

    [Test]
    public async Task What_strangers_sent_reaches_no_terminal_by_the_log_either(CancellationToken cancellation)
    {
        var logger = new RecordingLogger<AuditWriter>();
        using var writer = Create(logger);

        writer.Write(Denied with { UserName = "\e[2Jroot", Detail = "one\r\ntwo" });

        (await logger.NextAsync(LogLevel.Information, cancellation)).Should().Contain("user ' [2Jroot'").And.EndWith("one  two");
    }

    [Test]
    public async Task More_than_a_batch_is_kept_within_a_second(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        using var writer = Create();
        await writer.StartAsync(cancellation);
        for (var i = 0; i < 1234; i++)
        {
            writer.Write(Denied);
        }

        while ((await FindAsync(new AuditQuery { Most = 5000 }, cancellation)).Count < 1234)
        {
            Time.Advance(TimeSpan.FromMilliseconds(500));
        }

        await writer.StopAsync(cancellation);
        (await FindAsync(new AuditQuery { Most = 5000 }, cancellation)).Should().HaveCount(1234);
        writer.Lost.Should().Be(0);
    }

    [Test]
    public async Task While_the_store_is_away_events_wait_and_what_is_too_much_is_counted(CancellationToken cancellation)
    {
        // Its tables are not there yet.
        using var writer = Create();
        await writer.StartAsync(cancellation);
        for (var i = 0; i < AuditWriter.MostWaiting + 5; i++)
        {
            writer.Write(Denied);
        }

        writer.Lost.Should().Be(5);
        _recorder.Count("appproxy.gateway.signinlog.lost").Should().Be(5);
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        await writer.StopAsync(cancellation);

        (await FindAsync(new AuditQuery { Most = 20_000 }, cancellation)).Should().HaveCount(AuditWriter.MostWaiting);
    }

    [Test]
    public async Task Who_makes_up_tokens_leaves_two_lines_a_minute(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        using var writer = Create();
        await writer.StartAsync(cancellation);
        for (var i = 0; i < 1000; i++)
        {
            writer.Write(Denied with { User = null, UserName = null, Outcome = "token-refused" });
        }

        await writer.StopAsync(cancellation);

        (await FindAsync(new AuditQuery(), cancellation)).Select(static row => row.Detail).Should().BeEquivalentTo("why", "999 more within a minute, this is the last; why");
    }

    [Test]
    public async Task Old_events_go(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var database = new AuditDatabase(Connection);
        await database.AddAsync([AuditRow.Of(Denied with { Reference = "old" }, Time.GetUtcNow() - TimeSpan.FromDays(31)), AuditRow.Of(Denied with { Reference = "young" }, Time.GetUtcNow() - TimeSpan.FromDays(29))], cancellation);
        using var writer = Create();
        await writer.StartAsync(cancellation);
        await writer.StopAsync(cancellation);

        (await FindAsync(new AuditQuery(), cancellation)).Should().ContainSingle().Which.Reference.Should().Be("young");
    }

    [Test]
    public async Task What_is_asked_for_is_found(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var now = Time.GetUtcNow();
        await new AuditDatabase(Connection).AddAsync(
            [
                AuditRow.Of(Denied with { Reference = "a" }, now - TimeSpan.FromHours(3)),
                AuditRow.Of(Denied with { Reference = "b", App = "other" }, now - TimeSpan.FromHours(2)),
                AuditRow.Of(Denied with { Reference = "c", User = "4712", UserName = "bob@corp.test" }, now - TimeSpan.FromHours(1)),
                AuditRow.Of(Denied with { Reference = "d", Kind = AuditKind.SignIn }, now),
            ],
            cancellation);

        async Task<string> Found(AuditQuery query) => string.Concat((await FindAsync(query, cancellation)).Select(static row => row.Reference));
        (await Found(new AuditQuery())).Should().Be("dcba");
        (await Found(new AuditQuery { App = "planner" })).Should().Be("dca");
        (await Found(new AuditQuery { User = "ALICE@corp.test" })).Should().Be("dba");
        (await Found(new AuditQuery { User = "4712" })).Should().Be("c");
        (await Found(new AuditQuery { Kind = AuditKind.SignIn })).Should().Be("d");
        (await Found(new AuditQuery { Since = now - TimeSpan.FromMinutes(90) })).Should().Be("dc");
        (await Found(new AuditQuery { Reference = "b" })).Should().Be("b");
        (await Found(new AuditQuery { Most = 2 })).Should().Be("dc");
    }

    [Test]
    public async Task Whatever_people_are_called_it_is_kept(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        using var writer = Create();
        await writer.StartAsync(cancellation);
        writer.Write(Denied with { UserName = "nul\0 \u001b[31m \ud800 half", User = new string('x', 255) + "😀" });
        await writer.StopAsync(cancellation);

        var row = (await FindAsync(new AuditQuery(), cancellation)).Should().ContainSingle().Subject;
        row.UserName.Should().Be("nul   [31m \ufffd half");
        row.User.Should().HaveLength(255);
    }

    private AuditWriter Create(ILogger<AuditWriter>? logger = null) =>
        new(new GatewayMeter(_recorder.Meters), new AuditOptions(), Time, logger ?? NullLogger<AuditWriter>.Instance, new AuditDatabase(Connection));

    private Task<List<AuditRow>> FindAsync(AuditQuery query, CancellationToken cancellation) => new AuditDatabase(Connection).FindAsync(query, cancellation);
}

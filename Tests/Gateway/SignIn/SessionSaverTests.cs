using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Tests.Contracts.Transport;
using AppProxy.Tests.Gateway.Catalogue;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(60_000)]
internal sealed class SessionSaverTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly ObservedTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly RecordingLogger<SessionSaver> _logger = new();

    [Test]
    public async Task While_it_saves_the_search_for_revocations_goes_on(CancellationToken cancellation)
    {
        var store = await SharedSessions.CreateAsync(cancellation);
        var (sessions, control, session) = await BeginAsync(store, cancellation);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        control.TouchesWaitFor = mayEnd.Task;
        using var saver = await StartSaverAsync(sessions, cancellation);
        using var watch = new SessionWatch(sessions, _time, NullLogger<SessionWatch>.Instance);
        await watch.StartAsync(cancellation);
        await _time.Timers.ReadAsync(cancellation);

        UseAndTick(session);
        await control.Touches.ReadAsync(cancellation);
        await store.EndAsync(SessionSelector.One(session.Id), _time.GetUtcNow(), cancellation);

        // The look that is under way when the session ends may miss it; the third comes when the second is done.
        for (var look = 0; look < 3; look++)
        {
            while (control.Looks.TryRead(out _))
            {
                // Of what was due meanwhile.
            }

            _time.Advance(TimeSpan.FromSeconds(1));
            await control.Looks.ReadAsync(cancellation);
        }

        session.IsEnded.Should().BeTrue("another gateway ended it");
        control.Saved.TryRead(out _).Should().BeFalse("it saves still");
        mayEnd.SetResult();
        (await control.Saved.ReadAsync(cancellation)).Should().Be(1);
        await watch.StopAsync(cancellation);
        await saver.StopAsync(cancellation);
    }

    [Test]
    public async Task What_the_store_does_not_take_is_told_and_the_next_time_is_saved(CancellationToken cancellation)
    {
        var store = await SharedSessions.CreateAsync(cancellation);
        var (sessions, control, session) = await BeginAsync(store, cancellation);
        using var saver = await StartSaverAsync(sessions, cancellation);

        control.IsAway = true;
        UseAndTick(session);
        (await _logger.NextAsync(LogLevel.Warning, cancellation)).Should().Contain("up to 1 sessions").And.Contain("is away");
        control.IsAway = false;
        var seen = UseAndTick(session);
        await control.Saved.ReadAsync(cancellation);

        (await store.FindAsync(session.Id, cancellation))!.LastSeenAt.Should().Be(seen);
        await saver.StopAsync(cancellation);
    }

    private async Task<(SessionRegistry Sessions, StorageThatGoesAway Control, Session Session)> BeginAsync(ISessionStorage store, CancellationToken cancellation)
    {
        var (storage, control) = StorageThatGoesAway.Around(store);
        var sessions = new SessionRegistry(storage, new SessionTokens(SharedSessions.Protection), new SignInOptions(), _time);
        return (sessions, control, await sessions.BeginAsync(SharedSessions.Ticket("alice", _time.GetUtcNow()), cancellation));
    }

    private async Task<SessionSaver> StartSaverAsync(SessionRegistry sessions, CancellationToken cancellation)
    {
        var saver = new SessionSaver(sessions, _time, _logger);
        await saver.StartAsync(cancellation);
        (await _time.Timers.ReadAsync(cancellation)).Should().Be(Interval);
        return saver;
    }

    /// <summary>Uses it so late that the next save takes it, which is due then.</summary>
    /// <returns>When.</returns>
    private DateTimeOffset UseAndTick(Session session)
    {
        _time.Advance(Interval + TimeSpan.FromSeconds(1));
        session.Touch();
        var seen = session.LastSeenAt;
        _time.Advance(Interval - TimeSpan.FromSeconds(1));
        return seen;
    }
}

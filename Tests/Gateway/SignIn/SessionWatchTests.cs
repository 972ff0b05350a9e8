using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Tests.Contracts.Transport;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class SessionWatchTests
{
    private readonly ObservedTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task What_another_gateway_ended_while_the_store_was_away_for_minutes_ends_when_it_is_back(CancellationToken cancellation)
    {
        var store = await SharedSessions.CreateAsync(cancellation);
        var (storage, control) = StorageThatGoesAway.Around(store);
        var sessions = new SessionRegistry(storage, new SessionTokens(SharedSessions.Protection), new SignInOptions(), _time);
        var session = await sessions.BeginAsync(SharedSessions.Ticket("alice", _time.GetUtcNow()), cancellation);
        using var watch = new SessionWatch(sessions, _time, NullLogger<SessionWatch>.Instance);
        await watch.StartAsync(cancellation);
        await _time.Timers.ReadAsync(cancellation);
        await TickAsync();

        control.IsAway = true;
        _time.Advance(TimeSpan.FromMinutes(3));
        await store.EndAsync(SessionSelector.One(session.Id), _time.GetUtcNow(), cancellation);
        _time.Advance(TimeSpan.FromMinutes(7));
        await control.Looks.ReadAsync(cancellation);
        session.IsEnded.Should().BeFalse("nobody could know");
        control.IsAway = false;

        // The second tick comes when all of the first is done, and the third after one that found the store.
        await TickAsync();
        await TickAsync();
        await TickAsync();
        session.IsEnded.Should().BeTrue();
        await watch.StopAsync(cancellation);

        async Task TickAsync()
        {
            while (control.Looks.TryRead(out _))
            {
                // Of what was due meanwhile.
            }

            _time.Advance(TimeSpan.FromSeconds(1));
            await control.Looks.ReadAsync(cancellation);
        }
    }
}

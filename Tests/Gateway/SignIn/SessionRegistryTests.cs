using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class SessionRegistryTests
{
    private const string Host = "app.localhost";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task A_session_by_which_something_silent_is_open_ends_however_long_nobody_used_it(CancellationToken cancellation)
    {
        var sessions = await CreateAsync(cancellation);
        var session = await sessions.BeginAsync(SharedSessions.Ticket("alice", _time.GetUtcNow()), cancellation);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(20));
            sessions.Trim();
        }

        sessions.All.Should().BeEmpty("no request asks for it");
        session.IsOver.Should().BeFalse();
        sessions.End([session.Id]);

        // The exchange that holds it asks this, and nothing else.
        session.IsOver.Should().BeTrue();
    }

    [Test]
    public async Task A_request_finds_the_same_one_again_so_that_an_end_is_for_both(CancellationToken cancellation)
    {
        var sessions = await CreateAsync(cancellation);
        var session = await sessions.BeginAsync(SharedSessions.Ticket("alice", _time.GetUtcNow()), cancellation);
        var cookie = await sessions.IssueTokenAsync(session, Host, cancellation);
        _time.Advance(TimeSpan.FromMinutes(20));
        sessions.Trim();

        (await sessions.FindAsync(cookie, Host, cancellation)).Should().BeSameAs(session);
    }

    [Test]
    public async Task What_moves_again_is_kept_up_again(CancellationToken cancellation)
    {
        var sessions = await CreateAsync(cancellation);
        var session = await sessions.BeginAsync(SharedSessions.Ticket("alice", _time.GetUtcNow()), cancellation);
        _time.Advance(TimeSpan.FromMinutes(20));
        sessions.Trim();

        session.Using();
        sessions.Trim();

        sessions.All.Should().Equal(session);
    }

    [Test]
    public async Task When_somebody_signed_in_stays_where_a_later_answer_does_not_say_whichever_gateway_heard_it(CancellationToken cancellation)
    {
        var store = await SharedSessions.CreateAsync(cancellation);
        var (one, two) = (Create(store), Create(store));
        var silent = SharedSessions.Ticket("alice", _time.GetUtcNow()) with { AuthenticatedAt = SignInTime.Unknown };
        var here = await one.BeginAsync(silent, cancellation);
        var there = (await two.ReadAsync(silent.Id, cancellation))!;
        var said = silent with { AuthenticatedAt = _time.GetUtcNow().AddMinutes(-1) };

        await one.RenewAsync(here, said, cancellation);
        await two.RenewAsync(there, silent, cancellation);
        await one.RenewAsync(here, silent, cancellation);

        (here.AuthenticatedAt, there.AuthenticatedAt).Should().Be((said.AuthenticatedAt, said.AuthenticatedAt));
        (await store.FindAsync(silent.Id, cancellation))!.AuthenticatedAt.Should().Be(said.AuthenticatedAt);
    }

    [Test]
    public async Task And_what_an_answer_says_counts_also_where_it_is_older(CancellationToken cancellation)
    {
        var sessions = Create(new VolatileSessions());
        var ticket = SharedSessions.Ticket("alice", _time.GetUtcNow());
        var session = await sessions.BeginAsync(ticket, cancellation);

        await sessions.RenewAsync(session, ticket with { AuthenticatedAt = ticket.AuthenticatedAt.AddHours(-1) }, cancellation);
        await sessions.RenewAsync(session, ticket with { AuthenticatedAt = SignInTime.Unknown }, cancellation);

        session.AuthenticatedAt.Should().Be(ticket.AuthenticatedAt.AddHours(-1));
    }

    private async Task<SessionRegistry> CreateAsync(CancellationToken cancellation) => Create(await SharedSessions.CreateAsync(cancellation));

    private SessionRegistry Create(ISessionStorage storage) => new(storage, new SessionTokens(SharedSessions.Protection), new SignInOptions(), _time);
}

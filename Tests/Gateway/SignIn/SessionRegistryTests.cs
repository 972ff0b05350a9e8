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
        sessions.End(session.Id);

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

    private async Task<SessionRegistry> CreateAsync(CancellationToken cancellation)
        => new(await SharedSessions.CreateAsync(cancellation), new SessionTokens(SharedSessions.Protection), new SignInOptions(), _time);
}

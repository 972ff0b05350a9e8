using System.Text.Json;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Gateway.Access;
using FluentAssertions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class StoredSessionTests(StoreKind kind) : StoreTest(kind)
{
    [Test]
    [CancelAfter(Guard)]
    public async Task A_person_s_sessions_are_found_with_from_where_they_began(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var sessions = new StoredSessions(Connection, new EphemeralDataProtectionProvider());
        var one = Ticket("alice", new SessionClient("192.0.2.7", "Firefox/1"));
        var two = Ticket("alice", null);
        var ended = Ticket("alice", null);
        foreach (var ticket in (SessionTicket[])[one, two, ended, Ticket("bob", null)])
        {
            await sessions.AddAsync(ticket, cancellation);
        }

        await sessions.EndAsync(SessionSelector.One(ended.Id), Time.GetUtcNow(), cancellation);

        var found = await sessions.FindAllAsync("alice", cancellation);
        found.Select(static ticket => (ticket.Id, ticket.Client?.Address, ticket.Client?.UserAgent)).Should().BeEquivalentTo(new[] { (one.Id, (string?)"192.0.2.7", (string?)"Firefox/1"), (two.Id, null, null) });
        found.Should().OnlyContain(static ticket => ticket.IdToken == "e30.e30.c2ln");
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task When_sessions_were_last_used_is_saved_beside_the_search_for_revocations(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var protection = new EphemeralDataProtectionProvider();
        var storage = new StoredSessions(Connection, protection);
        var registry = new SessionRegistry(storage, new SessionTokens(protection), new SignInOptions(), Time);
        var sessions = new List<Session>();
        for (var i = 0; i < 1200; i++)
        {
            sessions.Add(await registry.BeginAsync(Ticket("alice", null), cancellation));
        }

        using var saver = new SessionSaver(registry, Time, NullLogger<SessionSaver>.Instance);
        await saver.StartAsync(cancellation);
        Time.Advance(TimeSpan.FromSeconds(29));
        foreach (var session in sessions.Skip(1))
        {
            session.Touch();
        }

        await saver.StopAsync(cancellation);

        var saved = (await storage.FindAllAsync("alice", cancellation)).ToDictionary(static ticket => ticket.Id, static ticket => ticket.LastSeenAt);
        saved.Should().HaveCount(1200);
        saved.Where(one => one.Value == Time.GetUtcNow()).Should().HaveCount(1199);
        saved[sessions[0].Id].Should().Be(Time.GetUtcNow().AddSeconds(-29));
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Of_a_person_s_kept_forms_the_oldest_go(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        foreach (var sessions in (ISessionStorage[])[new StoredSessions(Connection, new EphemeralDataProtectionProvider()), new VolatileSessions()])
        {
            var forms = Enumerable.Range(0, 7).Select(minute => new KeptRequest(Guid.NewGuid(), minute == 0 ? "bob" : "alice", "hr.example.com", "/", "a=1", Time.GetUtcNow().AddMinutes(minute))).ToList();
            foreach (var form in forms)
            {
                await sessions.AddKeptAsync(form, 4, cancellation);
            }

            foreach (var form in forms)
            {
                (await sessions.TakeKeptAsync(form.Id, cancellation) is not null).Should().Be(form.Subject == "bob" || forms.IndexOf(form) > 2);
            }
        }
    }

    [Test]
    public void A_person_takes_less_room_than_their_JSON_and_rows_of_before_are_read()
    {
        var user = AccessFixture.Alice with { Groups = [.. Enumerable.Range(0, 20).Select(static _ => Guid.NewGuid().ToString())] };

        var column = UserColumn.Write(user);

        UserColumn.Read(column).Should().BeEquivalentTo(user);
        var json = JsonSerializer.Serialize(user, UserJsonContext.Default.SignedInUser);
        UserColumn.Read(json).Should().BeEquivalentTo(user);
        column.Length.Should().BeLessThan(json.Length * 9 / 10);
    }

    private SessionTicket Ticket(string subject, SessionClient? client) => new()
    {
        Id = Guid.NewGuid(),
        User = AccessFixture.Alice with { Subject = subject },
        AuthenticatedAt = Time.GetUtcNow(),
        LastSeenAt = Time.GetUtcNow(),
        ExpiresAt = Time.GetUtcNow().AddHours(1),
        Client = client,
        IdToken = "e30.e30.c2ln",
    };
}

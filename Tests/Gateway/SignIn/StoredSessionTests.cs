using System.Text.Json;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Contracts.Transport;
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
    public async Task When_sessions_were_last_used_is_saved_every_thirty_seconds_however_many_there_are(CancellationToken cancellation)
    {
        const int many = 1200;
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var time = new ObservedTimeProvider(Time.GetUtcNow());
        var before = time.GetUtcNow().AddSeconds(-10);
        var protection = new EphemeralDataProtectionProvider();
        var stored = new StoredSessions(Connection, protection);
        var (storage, control) = StorageThatGoesAway.Around(stored);
        var registry = new SessionRegistry(storage, new SessionTokens(protection), new SignInOptions(), time);
        control.IsFilledByTest = true;
        var tickets = Enumerable.Range(0, many).Select(_ => Ticket("alice", null) with { LastSeenAt = before }).ToList();
        await Connection.UseAsync(context =>
        {
            context.AddRange(tickets.Select(RowOf));
            return context.SaveChangesAsync(cancellation);
        });
        var sessions = new List<Session>();
        foreach (var ticket in tickets)
        {
            sessions.Add(await registry.BeginAsync(ticket, cancellation));
        }

        using var saver = new SessionSaver(registry, time, NullLogger<SessionSaver>.Instance);
        await saver.StartAsync(cancellation);
        await time.Timers.ReadAsync(cancellation);

        // All but one are used, then two again: of those the save is not due when the gateway stops.
        time.Advance(TimeSpan.FromSeconds(29));
        var used = time.GetUtcNow();
        sessions.Skip(1).ToList().ForEach(static session => session.Touch());
        time.Advance(TimeSpan.FromSeconds(1));
        (await control.Saved.ReadAsync(cancellation) + await control.Saved.ReadAsync(cancellation)).Should().Be(many - 1, "it takes two transactions");
        var saved = await ReadAsync();
        saved.Should().HaveCount(many);
        saved.Values.Where(seen => seen == used).Should().HaveCount(many - 1);
        saved[sessions[0].Id].Should().Be(before);

        sessions.Take(2).ToList().ForEach(static session => session.Touch());
        await saver.StopAsync(cancellation);

        var atEnd = await ReadAsync();
        atEnd.Where(one => one.Value == time.GetUtcNow()).Select(static one => one.Key).Should().BeEquivalentTo([sessions[0].Id, sessions[1].Id]);

        async Task<Dictionary<Guid, DateTimeOffset>> ReadAsync() => (await stored.FindAllAsync("alice", cancellation)).ToDictionary(static ticket => ticket.Id, static ticket => ticket.LastSeenAt);
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

    private static SessionRow RowOf(SessionTicket ticket) => new()
    {
        Id = ticket.Id.ToString("n"),
        Subject = ticket.User.Subject,
        User = UserColumn.Write(ticket.User),
        AuthenticatedAt = ticket.AuthenticatedAt.ToUnixTimeMilliseconds(),
        LastSeenAt = ticket.LastSeenAt.ToUnixTimeMilliseconds(),
        ExpiresAt = ticket.ExpiresAt.ToUnixTimeMilliseconds(),
    };

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

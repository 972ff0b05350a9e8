using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Audit.Storage;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.DataProtection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(60_000)]
public sealed class Operators_end_sessions
{
    [Test]
    public async Task Of_one_person_whom_they_name_as_they_know_them(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        var store = StoreConnection.Parse(Path.Combine(folder.Path, "store.db"));
        await StoreSchema.UpgradeAsync(store, cancellation);
        var sessions = new StoredSessions(store, new EphemeralDataProtectionProvider());
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (name, client, age) in (IEnumerable<(string, SessionClient?, int)>)[("alice", new SessionClient("192.0.2.7", "Firefox/1"), 1), ("alice", null, 2), ("alice", new SessionClient("192.0.2.9", "Old/1"), 13), ("bob", null, 1)])
        {
            await sessions.AddAsync(
                new SessionTicket
                {
                    Id = Guid.NewGuid(),
                    User = new SignedInUser { Id = "id-of-" + name, Subject = "subject-of-" + name, UserPrincipalName = name + "@corp.test", DisplayName = name },
                    AuthenticatedAt = now.AddHours(-age),
                    LastSeenAt = now,
                    ExpiresAt = now.AddHours(12 - age),
                    Client = client,
                },
                cancellation);
        }

        var list = await RunAsync(0, "list", "--user", "Alice@corp.test");
        list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(3);
        list.Should().StartWith("SIGNED IN").And.Contain("192.0.2.7, Firefox/1").And.NotContain("Old/1", "it ran out");
        (await RunAsync(0, "end", "--user", "id-of-alice")).Should().StartWith("Sessions of 'id-of-alice' that end within seconds: 2.");
        (await RunAsync(0, "list", "--user", "alice@corp.test")).Trim().Should().Be("'alice@corp.test' is not signed in.");
        (await sessions.FindEndedAsync(now.AddMinutes(-1), cancellation)).Should().HaveCount(3);
        (await sessions.FindAllAsync("subject-of-bob", cancellation)).Should().ContainSingle();
        (await RunAsync(2, "end", "--user", "carol")).Trim().Should().Contain("'carol' is not signed in").And.NotContain("\n");

        var rows = await new AuditDatabase(store).FindAsync(new AuditQuery(), cancellation);
        rows.Should().ContainSingle().Which.Detail.Should().Be("sessions end --user id-of-alice; sessions ended: 2");

        async Task<string> RunAsync(int code, params string[] arguments)
        {
            await using var program = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["sessions", .. arguments, "--store", "store.db"], cancellation, folder.Path);
            (await program.Exited).Should().Be(code, program.Output + program.Errors);
            return code == 0 ? program.Output : program.Errors;
        }
    }
}

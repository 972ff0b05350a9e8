using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

/// <summary>Whoever changes several sessions comes by them in the same order, or a server that locks each row would let one of two fail.</summary>
[TestFixture(StoreKind.PostgreSql)]
internal sealed class SessionLockTests(StoreKind kind) : StoreTest(kind)
{
    [TestCase("use")]
    [TestCase("end")]
    [TestCase("end of many people's")]
    [CancelAfter(Guard)]
    public async Task Who_waits_for_one_has_none_that_comes_after(string change, CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var sessions = new StoredSessions(Connection, SharedSessions.Protection);
        var (first, second) = (SharedSessions.Ticket("alice", Time.GetUtcNow()), SharedSessions.Ticket("alice", Time.GetUtcNow()));
        if (string.CompareOrdinal(first.Id.ToString("n"), second.Id.ToString("n")) > 0)
        {
            (first, second) = (second, first);
        }

        // In the table, and by when it was used, the second comes first.
        await sessions.AddAsync(second, cancellation);
        await sessions.AddAsync(first, cancellation);
        await using var other = Connection.CreateContext();
        await using var transaction = await other.Database.BeginTransactionAsync(cancellation);
        await LockAsync(first);

        var done = change switch
        {
            "use" => sessions.TouchAsync([(second.Id, Time.GetUtcNow().AddSeconds(1)), (first.Id, Time.GetUtcNow().AddSeconds(2))], cancellation),
            "end" => sessions.EndAsync(SessionSelector.AllOf("alice"), Time.GetUtcNow(), cancellation),
            _ => EndAllAsync(),
        };
        while (await other.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))").SingleAsync(cancellation) == 0)
        {
            done.IsCompleted.Should().BeFalse("it must wait for the first");
        }

        await this.Awaiting(_ => LockAsync(second)).Should().NotThrowAsync("that would be a deadlock");
        await transaction.CommitAsync(cancellation);
        await done;

        Task LockAsync(SessionTicket ticket)
        {
            var id = ticket.Id.ToString("n");
            return other.Database.ExecuteSqlAsync($"SELECT 1 FROM \"Sessions\" WHERE \"Id\" = {id} FOR UPDATE NOWAIT", cancellation);
        }

        Task EndAllAsync() => Connection.UseAsync(async context =>
        {
            await using var ending = await context.Database.BeginTransactionAsync(cancellation);
            await StoredSessions.EndAllAsync(context, ["alice"], Time.GetUtcNow(), cancellation);
            await ending.CommitAsync(cancellation);
            return true;
        });
    }
}

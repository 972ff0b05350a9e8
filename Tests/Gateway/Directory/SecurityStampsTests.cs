using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Storage;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.OfDirectory;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class SecurityStampsTests(StoreKind kind) : StoreTest(kind)
{
    [Test]
    [CancelAfter(Guard)]
    public async Task Are_new_whoever_changes_the_user_at_the_same_moment(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var stamps = new SecurityStamps(Connection);
        await using var context = Connection.CreateContext();
        var user = new DirectoryUser { UserName = "alice", SecurityStamp = "old" };
        context.Add(user);
        await context.SaveChangesAsync(cancellation);

        (await stamps.RenewAsync(user.Id, cancellation)).Should().BeTrue();

        user.DisplayName = "Alice";
        await context.Invoking(late => late.SaveChangesAsync(cancellation)).Should().ThrowAsync<DbUpdateConcurrencyException>("it read the user before");
        await using var after = Connection.CreateContext();
        (await after.Set<DirectoryUser>().SingleAsync(cancellation)).SecurityStamp.Should().NotBeNullOrEmpty().And.NotBe("old");
        (await stamps.RenewAsync("nobody", cancellation)).Should().BeFalse();
    }
}

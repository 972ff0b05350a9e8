using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Gateway.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.OfDirectory;

/// <summary>What changes many people in one transaction, which may take long.</summary>
[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class ManyPeopleChangeTests(StoreKind kind) : StoreTest(kind)
{
    private static readonly string[] People = ["alice", "bob", "carol"];

    private static readonly ImportedUser[] Renamed = [.. People.Select(static name => new ImportedUser(name, name + "'s new name", null, null, []))];

    /// <summary>The clock goes on by three minutes with each save, and each look at it: gateways ask only for what ended within two.</summary>
    [TestCase(true)]
    [TestCase(false)]
    [CancelAfter(Guard)]
    public async Task Ends_their_sessions_at_one_time_which_is_the_end(bool isImport, CancellationToken cancellation)
    {
        await using var services = await StartAsync(cancellation);
        await using var scope = services.CreateAsyncScope();
        var directory = scope.ServiceProvider.GetRequiredService<DirectoryAdministration>();
        Time.AutoAdvanceAmount = TimeSpan.FromMinutes(3);

        if (isImport)
        {
            (await directory.ImportAsync(Renamed, isDryRun: false, cancellation)).Should().Be((0, 3));
        }
        else
        {
            await directory.RemoveGroupAsync("staff", cancellation);
        }

        Time.AutoAdvanceAmount = TimeSpan.Zero;
        var ended = await EndsAsync(cancellation);
        ended.Should().HaveCount(4).And.AllBeEquivalentTo((Time.GetUtcNow() - TimeSpan.FromMinutes(3)).ToUnixTimeMilliseconds());
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task And_leaves_them_alone_where_it_is_not_done(CancellationToken cancellation)
    {
        await using var services = await StartAsync(cancellation);
        await using var scope = services.CreateAsyncScope();
        await using var other = Connection.CreateContext();
        await using var transaction = Kind == StoreKind.PostgreSql ? await other.Database.BeginTransactionAsync(cancellation) : null;
        if (transaction is not null)
        {
            // Somebody saves when they were used: a dry run does not even wait for that.
            await other.Set<SessionRow>().ExecuteUpdateAsync(static row => row.SetProperty(static session => session.LastSeenAt, 1), cancellation);
        }

        (await scope.ServiceProvider.GetRequiredService<DirectoryAdministration>().ImportAsync(Renamed, isDryRun: true, cancellation)).Should().Be((0, 3));

        (await EndsAsync(cancellation)).Should().OnlyContain(static ended => ended == null);
    }

    /// <summary>Three people of one group, with four sessions.</summary>
    private async Task<ServiceProvider> StartAsync(CancellationToken cancellation)
    {
        await StoreSchema.UpgradeAsync(Connection, cancellation);
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddDirectoryAccounts(Connection);
        collection.AddSingleton<IUserValidator<DirectoryUser>>(new SlowSaves(() => Time.GetUtcNow()));
        var services = collection.BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole>>().CreateAsync(new IdentityRole("staff"));
        var users = scope.ServiceProvider.GetRequiredService<UserManager<DirectoryUser>>();
        var sessions = new StoredSessions(Connection, SharedSessions.Protection);
        foreach (var name in People)
        {
            var user = new DirectoryUser { UserName = name };
            (await users.CreateAsync(user)).Should().Be(IdentityResult.Success);
            (await users.AddToRoleAsync(user, "staff")).Should().Be(IdentityResult.Success);
            await sessions.AddAsync(SharedSessions.Ticket(user.Id, Time.GetUtcNow()), cancellation);
        }

        await sessions.AddAsync(SharedSessions.Ticket((await users.FindByNameAsync("alice"))!.Id, Time.GetUtcNow()), cancellation);
        return services;
    }

    private Task<List<long?>> EndsAsync(CancellationToken cancellation)
        => Connection.UseAsync(context => context.Set<SessionRow>().Select(static row => row.EndedAt).ToListAsync(cancellation));

    private sealed class SlowSaves(Action takeTime) : IUserValidator<DirectoryUser>
    {
        public Task<IdentityResult> ValidateAsync(UserManager<DirectoryUser> manager, DirectoryUser user)
        {
            takeTime();
            return Task.FromResult(IdentityResult.Success);
        }
    }
}

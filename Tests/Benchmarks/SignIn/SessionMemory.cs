using System.Globalization;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Benchmarks.SignIn;

/// <summary>What 100,000 sessions take, each with cookies for the gateway's host and two apps: in the memory of a gateway that has seen them all, and in the store.</summary>
internal static class SessionMemory
{
    private const int Count = 100_000;
    private const int Bar = 2048;

    public static async Task WriteAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("| 100,000 sessions of people in 20 groups | B/session | bar |\n|---|--:|--:|");
        var folder = Directory.CreateTempSubdirectory("appproxy-sessions");
        try
        {
            var store = StoreConnection.Parse(Path.Combine(folder.FullName, "store.db"));
            await StoreSchema.UpgradeAsync(store, cancellationToken);
            var protection = new EphemeralDataProtectionProvider();

            // One by one they are written at the disk's speed, and are as large when there are fewer.
            await WriteRowAsync(output, "in the store: row and cookies", await MeasureStoreAsync(store, protection, Count / 200, cancellationToken));
            await WriteRowAsync(output, "in memory, with a store", await MeasureAsync(new Forgetful(), protection, cancellationToken));
            await WriteRowAsync(output, "in memory, without a store (ID token included)", await MeasureAsync(new VolatileSessions(), protection, cancellationToken));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static Task WriteRowAsync(TextWriter output, string what, double bytes) =>
        output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {what} | {bytes:#,0} | {(bytes <= Bar ? "met" : "not met")} |"));

    private static async Task<double> MeasureAsync(ISessionStorage storage, IDataProtectionProvider protection, CancellationToken cancellationToken)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sessions = new SessionRegistry(storage, new SessionTokens(protection), new SignInOptions(), TimeProvider.System);
        await FillAsync(sessions, Count, cancellationToken);
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Count;
        GC.KeepAlive(sessions);
        return bytes;
    }

    private static async Task<double> MeasureStoreAsync(StoreConnection store, IDataProtectionProvider protection, int count, CancellationToken cancellationToken)
    {
        var before = await SizeOfAsync(store);
        await FillAsync(new SessionRegistry(new StoredSessions(store, protection), new SessionTokens(protection), new SignInOptions(), TimeProvider.System), count, cancellationToken);
        return (await SizeOfAsync(store) - before) / (double)count;
    }

    /// <summary>With all that is still beside the file taken into it.</summary>
    private static async Task<long> SizeOfAsync(StoreConnection store)
    {
        await store.UseAsync(static context => context.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)"));
        return new FileInfo(store.File!).Length;
    }

    private static async Task FillAsync(SessionRegistry sessions, int count, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var groups = Enumerable.Range(0, 1000).Select(static _ => Guid.NewGuid()).ToArray();
        for (var i = 0; i < count; i++)
        {
            // As people have them: no two alike, and nothing that could be compressed away.
            var id = Guid.NewGuid().ToString();
            var sid = Guid.NewGuid().ToString();
            var name = string.Create(CultureInfo.InvariantCulture, $"person{i}@example.com");
            var session = await sessions.BeginAsync(
                new SessionTicket
                {
                    Id = Guid.NewGuid(),
                    User = new SignedInUser
                    {
                        Id = id,
                        Subject = id,
                        UserPrincipalName = name,
                        DisplayName = string.Create(CultureInfo.InvariantCulture, $"Person {i}"),
                        // As they come out of a token: strings of their own.
                        Groups = [.. Random.Shared.GetItems(groups, 20).Select(static group => group.ToString())],
                        AuthenticationMethods = ["pwd", "mfa"],
                    },
                    AuthenticatedAt = now,
                    LastSeenAt = now,
                    ExpiresAt = now.AddHours(12),
                    Client = new SessionClient(string.Create(CultureInfo.InvariantCulture, $"192.0.2.{i % 250}"), new string("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36".AsSpan())),
                    ProviderSessionId = sid,
                    IdToken = SampleToken.Create(id, sid, name),
                },
                cancellationToken);
            foreach (var host in (string[])["gateway.example.com", "app.example.com", "other.example.com"])
            {
                await sessions.IssueTokenAsync(session, host, cancellationToken);
            }
        }
    }

    /// <summary>Stands for a store that is elsewhere: only what this process keeps counts.</summary>
    private sealed class Forgetful : ISessionStorage
    {
        public bool IsShared => true;

        public Task AddAsync(SessionTicket ticket, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task UpdateAsync(SessionTicket ticket, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<SessionTicket?> FindAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult<SessionTicket?>(null);

        public Task<IReadOnlyList<SessionTicket>> FindAllAsync(string subject, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<SessionTicket>>([]);

        public Task AddTokenAsync(TokenHash token, Guid session, string host, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<(SessionTicket Ticket, string Host)?> FindTokenAsync(TokenHash token, CancellationToken cancellationToken) => Task.FromResult<(SessionTicket, string)?>(null);

        public Task TouchAsync(IReadOnlyCollection<(Guid Session, DateTimeOffset LastSeenAt)> seen, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IReadOnlyList<Guid>> EndAsync(SessionSelector which, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Guid>>([]);

        public Task<IReadOnlyList<Guid>> FindEndedAsync(DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Guid>>([]);

        public Task AddCodeAsync(TokenHash code, AppProxy.Gateway.SignIn.HandOff.HandOffCode what, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<AppProxy.Gateway.SignIn.HandOff.HandOffCode?> TakeCodeAsync(TokenHash code, CancellationToken cancellationToken) => Task.FromResult<AppProxy.Gateway.SignIn.HandOff.HandOffCode?>(null);

        public Task AddKeptAsync(AppProxy.Gateway.SignIn.HandOff.KeptRequest request, int most, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<AppProxy.Gateway.SignIn.HandOff.KeptRequest?> TakeKeptAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult<AppProxy.Gateway.SignIn.HandOff.KeptRequest?>(null);

        public Task PurgeAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

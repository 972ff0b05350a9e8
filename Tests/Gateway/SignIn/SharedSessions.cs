using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Gateway.Access;
using Microsoft.AspNetCore.DataProtection;

namespace AppProxy.Tests.Gateway.SignIn;

/// <summary>Sessions in a store, as gateways share them.</summary>
internal static class SharedSessions
{
    public static IDataProtectionProvider Protection { get; } = new EphemeralDataProtectionProvider();

    /// <summary>In a store of their own.</summary>
    public static async Task<StoredSessions> CreateAsync(CancellationToken cancellationToken)
    {
        var connection = StoreConnection.Parse(await StoreServers.CreateAsync(StoreKind.Sqlite, cancellationToken));
        await StoreSchema.UpgradeAsync(connection, cancellationToken);
        return new StoredSessions(connection, Protection);
    }

    public static SessionTicket Ticket(string subject, DateTimeOffset now) => new()
    {
        Id = Guid.NewGuid(),
        User = AccessFixture.Alice with { Subject = subject },
        AuthenticatedAt = now,
        LastSeenAt = now,
        ExpiresAt = now.AddHours(12),
    };
}

using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Token = OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreToken;

namespace AppProxy.Gateway.Directory.Storage;

/// <summary>
/// Codes and tokens that are good for nothing any more. Not OpenIddict's own pruning, which compares with the server's clock in SQL: our times are numbers, so that
/// PostgreSQL would refuse it, and SQLite would take every token for expired.
/// </summary>
internal static class OverTokens
{
    /// <summary>Throws away what expired before <paramref name="before"/>, and what was made before it and is used up or revoked.</summary>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static Task<int> PruneAsync(StoreConnection store, DateTimeOffset before, CancellationToken cancellationToken) => store.UseAsync(context =>
    {
        var then = before.UtcDateTime;
        return context.Set<Token>()
            .Where(token => token.ExpirationDate < then || (token.CreationDate < then && token.Status != Statuses.Valid && token.Status != Statuses.Inactive))
            .ExecuteDeleteAsync(cancellationToken);
    });
}

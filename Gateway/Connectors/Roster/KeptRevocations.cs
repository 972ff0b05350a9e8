using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>What an older state of the store must not give back: rights that were taken since, tokens that were used, keys that were changed because somebody knew them.</summary>
internal sealed class KeptRevocations
{
    /// <summary>Names of the connectors that would have been active again, or forgotten while something of theirs may still be believed.</summary>
    public IReadOnlyList<string> Connectors { get; private set; } = [];

    /// <summary>Whether the store knew connectors before: of a new one nothing could be kept.</summary>
    public bool IsStoreKnown { get; private set; }

    /// <summary>For <see cref="StoreBackup.RestoreAsync"/>, in its transaction.</summary>
    /// <param name="context">The store.</param>
    /// <param name="replace">Puts the older state in the place of what is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task KeepAsync(StoreContext context, Func<Task> replace, CancellationToken cancellationToken)
    {
        if ((await context.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            // Tables of an older gateway's, perhaps without all of these.
            await replace();
            return;
        }

        IsStoreKnown = await context.Set<ConnectorRow>().AnyAsync(cancellationToken);
        var shutOut = await context.Set<ConnectorRow>().AsNoTracking().Where(static row => row.RevokedAt != null || row.BlockedAt != null).ToListAsync(cancellationToken);
        var tokens = await context.Set<EnrollmentTokenRow>().AsNoTracking().ToDictionaryAsync(static token => token.Id, static token => token.UsesLeft, cancellationToken);
        var keys = await context.Set<GroupKeyRow>().AsNoTracking().ToListAsync(cancellationToken);
        await replace();
        await KeepShutOutAsync(context, shutOut, cancellationToken);
        await foreach (var token in context.Set<EnrollmentTokenRow>().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            token.UsesLeft = Math.Min(token.UsesLeft, tokens.GetValueOrDefault(token.Id, int.MaxValue));
        }

        await KeepKeysAsync(context, keys, cancellationToken);
        await context.SaveChangesAsync(cancellationToken);
    }

    private async Task KeepShutOutAsync(StoreContext context, List<ConnectorRow> shutOut, CancellationToken cancellationToken)
    {
        var restored = await context.Set<ConnectorRow>().ToListAsync(cancellationToken);
        var names = restored.Select(static row => row.Name).ToList();
        var kept = new List<string>();
        foreach (var row in shutOut)
        {
            if (restored.Find(other => other.Id == row.Id) is { } back)
            {
                if (back.RevokedAt is not null || (back.BlockedAt is not null && row.RevokedAt is null))
                {
                    continue;
                }

                (back.RevokedAt, back.BlockedAt) = (row.RevokedAt, back.BlockedAt ?? row.BlockedAt);
                back.Revision++;
                kept.Add(back.Name);
            }
            else
            {
                row.Name = ConnectorNames.MakeUnique(row.Name, names);
                names.Add(row.Name);
                context.Add(row);
                kept.Add(row.Name);
            }
        }

        Connectors = kept;
    }

    /// <summary>Of each group the keys of whichever state has the newer one.</summary>
    private static async Task KeepKeysAsync(StoreContext context, List<GroupKeyRow> keys, CancellationToken cancellationToken)
    {
        foreach (var group in keys.GroupBy(static key => key.ConnectorGroup, StringComparer.Ordinal))
        {
            var newest = group.Max(static key => key.Sequence);
            if (!await context.Set<GroupKeyRow>().AnyAsync(row => row.ConnectorGroup == group.Key && row.Sequence > newest, cancellationToken))
            {
                await context.Set<GroupKeyRow>().Where(row => row.ConnectorGroup == group.Key).ExecuteDeleteAsync(cancellationToken);
                context.AddRange(group);
            }
        }
    }
}

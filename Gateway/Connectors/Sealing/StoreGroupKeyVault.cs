using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary>Keys in the store, which all gateways that use it share.</summary>
internal sealed class StoreGroupKeyVault(StoreConnection connection) : IGroupKeyVault
{
    public Task<IReadOnlyList<GroupKey>> ReadAsync(CancellationToken cancellationToken) => connection.UseAsync<IReadOnlyList<GroupKey>>(async context =>
        [.. (await context.Set<GroupKeyRow>().AsNoTracking().OrderBy(static key => key.ConnectorGroup).ThenBy(static key => key.Sequence).ToListAsync(cancellationToken))
            .Select(static row => row.ToKey())]);

    public Task<bool> TryAddAsync(GroupKey key, DateTimeOffset othersEndAt, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var end = othersEndAt.ToUnixTimeMilliseconds();

        // Compared here: servers differ in what they take for the same letter.
        var spellings = (await context.Set<GroupKeyRow>().Select(static other => other.ConnectorGroup).Distinct().ToListAsync(cancellationToken))
            .Where(group => string.Equals(group, key.Group, StringComparison.OrdinalIgnoreCase)).ToList();
        await context.Set<GroupKeyRow>().Where(other => spellings.Contains(other.ConnectorGroup) && (other.EndsAt == null || other.EndsAt > end))
            .ExecuteUpdateAsync(other => other.SetProperty(static row => row.EndsAt, (long?)end), cancellationToken);
        context.Add(GroupKeyRow.From(key));
        try
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Either somebody else was first, or the store cannot be written: it is asked which.
            await transaction.RollbackAsync(cancellationToken);
            context.ChangeTracker.Clear();
            if (await context.Set<GroupKeyRow>().AnyAsync(other => other.ConnectorGroup == key.Group && other.Sequence == key.Sequence, cancellationToken))
            {
                return false;
            }

            throw;
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    });

    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) => connection.UseAsync(context =>
    {
        var end = before.ToUnixTimeMilliseconds();
        return context.Set<GroupKeyRow>().Where(key => key.EndsAt < end).ExecuteDeleteAsync(cancellationToken);
    });
}

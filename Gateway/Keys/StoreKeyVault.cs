using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Keys;

/// <summary>Keys in the store, which all gateways that use it share.</summary>
internal sealed class StoreKeyVault(StoreConnection connection) : ISigningKeyVault
{
    private bool _isUpgraded;

    public string Name => connection.Name;

    public Task<IReadOnlyList<StoredSigningKey>> ReadAsync(CancellationToken cancellationToken) => UseAsync<IReadOnlyList<StoredSigningKey>>(
        async context => [.. (await context.Set<SigningKeyRow>().AsNoTracking().OrderBy(static key => key.Sequence).ToListAsync(cancellationToken)).Select(static key => key.ToKey())]);

    public Task<bool> TryAddAsync(StoredSigningKey key, CancellationToken cancellationToken) => UseAsync(async context =>
    {
        context.Add(SigningKeyRow.From(key));
        try
        {
            await context.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException)
        {
            // Either somebody else was first, or the store cannot be written: it is asked which.
            context.ChangeTracker.Clear();
            if (await context.Set<SigningKeyRow>().AnyAsync(other => other.Sequence == key.Sequence, cancellationToken))
            {
                return false;
            }

            throw;
        }
    });

    public Task EraseBeforeAsync(int sequence, CancellationToken cancellationToken) => UseAsync(context => context.Set<SigningKeyRow>()
        .Where(key => key.Sequence < sequence)
        .ExecuteUpdateAsync(static key => key.SetProperty(static row => row.PrivateKey, static _ => null), cancellationToken));

    private async Task<T> UseAsync<T>(Func<StoreContext, Task<T>> use)
    {
        try
        {
            if (!_isUpgraded)
            {
                await StoreSchema.UpgradeAsync(connection, CancellationToken.None);
                _isUpgraded = true;
            }

            return await connection.UseAsync(use);
        }
        catch (StoreException exception)
        {
            throw new KeyException(connection.Name, exception.Reason, exception);
        }
    }
}

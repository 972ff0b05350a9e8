using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Storage;

/// <summary>
/// The store's tables, each described by the folder that owns it (its <see cref="IEntityTypeConfiguration{TEntity}"/>): one chain of migrations and
/// one backup for all. Ids are given, never counted up by the server: the same migrations make the tables everywhere, and rows can move.
/// </summary>
internal sealed class StoreContext(DbContextOptions<StoreContext> options) : DbContext(options)
{
    public const int IdLength = 128;
    public const int NameLength = 256;

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.ApplyConfigurationsFromAssembly(typeof(StoreContext).Assembly);
}

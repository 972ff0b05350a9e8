using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>
/// The store's tables. Settings are documents in Microsoft Graph's names, so that a new one needs no new column; columns are what rows are
/// found by. Ids are given, never counted up by the server: the same migrations make the tables everywhere, and rows can move.
/// </summary>
internal sealed class CatalogueContext(DbContextOptions<CatalogueContext> options) : DbContext(options)
{
    public const int IdLength = 128;
    public const int NameLength = 256;

    public DbSet<CatalogueRow> Catalogue => Set<CatalogueRow>();

    public DbSet<ConnectorGroupRow> ConnectorGroups => Set<ConnectorGroupRow>();

    public DbSet<ApplicationRow> Applications => Set<ApplicationRow>();

    public DbSet<AppRoleAssignmentRow> AppRoleAssignments => Set<AppRoleAssignmentRow>();

    public DbSet<PolicyRow> Policies => Set<PolicyRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<CatalogueRow>(static row =>
        {
            row.ToTable("Catalogue");
            row.Property(static catalogue => catalogue.Id).ValueGeneratedNever();
            // Two changes at once: the second one finds another version than it read, and begins again.
            row.Property(static catalogue => catalogue.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<ConnectorGroupRow>(static row =>
        {
            row.ToTable("ConnectorGroups");
            row.HasKey(static group => group.Name);
            row.Property(static group => group.Name).HasMaxLength(IdLength);
        });
        modelBuilder.Entity<ApplicationRow>(static row =>
        {
            row.ToTable("Applications");
            row.Property(static app => app.Id).HasMaxLength(IdLength);
            row.Property(static app => app.DisplayName).HasMaxLength(NameLength);
            row.Property(static app => app.ConnectorGroup).HasMaxLength(IdLength);
            // As in Graph, only an empty group can be deleted.
            row.HasOne<ConnectorGroupRow>().WithMany().HasForeignKey(static app => app.ConnectorGroup).OnDelete(DeleteBehavior.Restrict);
            row.HasMany(static app => app.AppRoleAssignedTo).WithOne().HasForeignKey(static assignment => assignment.ApplicationId).OnDelete(DeleteBehavior.Cascade);
            row.HasIndex(static app => app.DisplayName);
        });
        modelBuilder.Entity<AppRoleAssignmentRow>(static row =>
        {
            row.ToTable("AppRoleAssignments");
            row.HasKey(static assignment => new { assignment.ApplicationId, assignment.PrincipalId, assignment.AppRoleId });
            row.Property(static assignment => assignment.ApplicationId).HasMaxLength(IdLength);
            row.Property(static assignment => assignment.PrincipalId).HasMaxLength(IdLength);
            row.Property(static assignment => assignment.AppRoleId).HasMaxLength(IdLength);
            row.Property(static assignment => assignment.PrincipalType).HasMaxLength(32);
            row.Property(static assignment => assignment.PrincipalDisplayName).HasMaxLength(NameLength);
            // What one person may open.
            row.HasIndex(static assignment => assignment.PrincipalId);
        });
        modelBuilder.Entity<PolicyRow>(static row =>
        {
            row.ToTable("Policies");
            row.Property(static policy => policy.Id).HasMaxLength(IdLength);
            row.Property(static policy => policy.DisplayName).HasMaxLength(NameLength);
        });
    }
}

using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>
/// The catalogue's tables. Settings are documents in Microsoft Graph's names, so that a new one needs no new column; columns are what rows are
/// found by.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Found by its interfaces.")]
internal sealed class CatalogueTables
    : IEntityTypeConfiguration<CatalogueRow>,
        IEntityTypeConfiguration<ConnectorGroupRow>,
        IEntityTypeConfiguration<ApplicationRow>,
        IEntityTypeConfiguration<AppRoleAssignmentRow>,
        IEntityTypeConfiguration<PolicyRow>,
        IEntityTypeConfiguration<NamedLocationRow>
{
    public void Configure(EntityTypeBuilder<CatalogueRow> builder)
    {
        builder.ToTable("Catalogue");
        builder.Property(static catalogue => catalogue.Id).ValueGeneratedNever();
        // Two changes at once: the second one finds another version than it read, and begins again.
        builder.Property(static catalogue => catalogue.Version).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<ConnectorGroupRow> builder)
    {
        builder.ToTable("ConnectorGroups");
        builder.HasKey(static group => group.Name);
        builder.Property(static group => group.Name).HasMaxLength(StoreContext.IdLength);
    }

    public void Configure(EntityTypeBuilder<ApplicationRow> builder)
    {
        builder.ToTable("Applications");
        builder.Property(static app => app.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static app => app.DisplayName).HasMaxLength(StoreContext.NameLength);
        builder.Property(static app => app.ConnectorGroup).HasMaxLength(StoreContext.IdLength);
        // As in Graph, only an empty group can be deleted.
        builder.HasOne<ConnectorGroupRow>().WithMany().HasForeignKey(static app => app.ConnectorGroup).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(static app => app.AppRoleAssignedTo).WithOne().HasForeignKey(static assignment => assignment.ApplicationId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(static app => app.DisplayName);
    }

    public void Configure(EntityTypeBuilder<AppRoleAssignmentRow> builder)
    {
        builder.ToTable("AppRoleAssignments");
        builder.HasKey(static assignment => new { assignment.ApplicationId, assignment.PrincipalId, assignment.AppRoleId });
        builder.Property(static assignment => assignment.ApplicationId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static assignment => assignment.PrincipalId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static assignment => assignment.AppRoleId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static assignment => assignment.PrincipalType).HasMaxLength(32);
        builder.Property(static assignment => assignment.PrincipalDisplayName).HasMaxLength(StoreContext.NameLength);
        // What one person may open.
        builder.HasIndex(static assignment => assignment.PrincipalId);
    }

    public void Configure(EntityTypeBuilder<PolicyRow> builder)
    {
        builder.ToTable("Policies");
        builder.Property(static policy => policy.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static policy => policy.DisplayName).HasMaxLength(StoreContext.NameLength);
    }

    public void Configure(EntityTypeBuilder<NamedLocationRow> builder)
    {
        builder.ToTable("NamedLocations");
        builder.Property(static location => location.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static location => location.DisplayName).HasMaxLength(StoreContext.NameLength);
    }
}

using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Connectors.Roster;

[SuppressMessage("Performance", "CA1812", Justification = "Found by its interfaces.")]
internal sealed class ConnectorTables : IEntityTypeConfiguration<ConnectorRow>, IEntityTypeConfiguration<RetiredKeyRow>, IEntityTypeConfiguration<ConnectorPresenceRow>, IEntityTypeConfiguration<EnrollmentTokenRow>
{
    public void Configure(EntityTypeBuilder<ConnectorRow> builder)
    {
        builder.ToTable("Connectors");
        builder.Property(static connector => connector.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static connector => connector.Name).HasMaxLength(StoreContext.NameLength);
        builder.Property(static connector => connector.ConnectorGroup).HasMaxLength(StoreContext.IdLength);
        builder.Property(static connector => connector.EnrolledWith).HasMaxLength(StoreContext.IdLength);
        builder.Property(static connector => connector.Revision).IsConcurrencyToken();
        builder.HasIndex(static connector => connector.Name).IsUnique();
        builder.HasOne(static connector => connector.RetiredKey).WithOne().HasForeignKey<RetiredKeyRow>(static key => key.ConnectorId).OnDelete(DeleteBehavior.Cascade);
        builder.Navigation(static connector => connector.RetiredKey).AutoInclude();
    }

    public void Configure(EntityTypeBuilder<RetiredKeyRow> builder)
    {
        builder.ToTable("RetiredConnectorKeys");
        builder.HasKey(static key => key.ConnectorId);
        builder.Property(static key => key.ConnectorId).HasMaxLength(StoreContext.IdLength);
    }

    public void Configure(EntityTypeBuilder<ConnectorPresenceRow> builder)
    {
        builder.ToTable("ConnectorPresence");
        builder.HasKey(static presence => presence.ConnectorId);
        builder.Property(static presence => presence.ConnectorId).HasMaxLength(StoreContext.IdLength);
        builder.HasOne<ConnectorRow>().WithOne().HasForeignKey<ConnectorPresenceRow>(static presence => presence.ConnectorId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<EnrollmentTokenRow> builder)
    {
        builder.ToTable("EnrollmentTokens");
        builder.Property(static token => token.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static token => token.Verifier).HasMaxLength(StoreContext.IdLength);
        builder.Property(static token => token.ConnectorGroup).HasMaxLength(StoreContext.IdLength);
    }
}

using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Connectors.Sealing;

[SuppressMessage("Performance", "CA1812", Justification = "Found by its interface.")]
internal sealed class GroupKeyTable : IEntityTypeConfiguration<GroupKeyRow>
{
    public void Configure(EntityTypeBuilder<GroupKeyRow> builder)
    {
        builder.ToTable("GroupKeys");
        builder.HasKey(static key => new { key.ConnectorGroup, key.Sequence });
        builder.Property(static key => key.ConnectorGroup).HasMaxLength(StoreContext.IdLength);
        builder.Property(static key => key.Sequence).ValueGeneratedNever();
        builder.Property(static key => key.Secret).HasMaxLength(StoreContext.IdLength);
    }
}

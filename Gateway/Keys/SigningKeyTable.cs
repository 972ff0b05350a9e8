using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Keys;

[SuppressMessage("Performance", "CA1812", Justification = "Found by its interface.")]
internal sealed class SigningKeyTable : IEntityTypeConfiguration<SigningKeyRow>
{
    public void Configure(EntityTypeBuilder<SigningKeyRow> builder)
    {
        builder.ToTable("SigningKeys");
        builder.HasKey(static key => key.Sequence);
        builder.Property(static key => key.Sequence).ValueGeneratedNever();
        builder.Property(static key => key.Id).HasMaxLength(StoreContext.IdLength).IsRequired();
    }
}

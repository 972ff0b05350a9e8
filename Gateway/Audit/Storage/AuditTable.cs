using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Audit.Storage;

/// <summary>The sign-in log's table.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Found by its interface.")]
internal sealed class AuditTable : IEntityTypeConfiguration<AuditRow>
{
    public const int WordLength = 64;
    public const int NameLength = StoreContext.NameLength;

    public void Configure(EntityTypeBuilder<AuditRow> builder)
    {
        builder.ToTable("SignInLog");
        builder.Property(static row => row.Id).HasMaxLength(WordLength);
        builder.Property(static row => row.Kind).HasMaxLength(WordLength);
        builder.Property(static row => row.Outcome).HasMaxLength(WordLength);
        builder.Property(static row => row.User).HasMaxLength(NameLength);
        builder.Property(static row => row.UserName).HasMaxLength(NameLength);
        builder.Property(static row => row.App).HasMaxLength(NameLength);
        builder.Property(static row => row.Address).HasMaxLength(WordLength);
        builder.Property(static row => row.Policy).HasMaxLength(NameLength);
        builder.Property(static row => row.Reference).HasMaxLength(WordLength);
        builder.HasIndex(static row => row.At);
        builder.HasIndex(static row => row.Reference);
    }
}

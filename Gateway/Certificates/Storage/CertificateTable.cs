using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Certificates.Storage;

[SuppressMessage("Performance", "CA1812", Justification = "Found by its interface.")]
internal sealed class CertificateTable : IEntityTypeConfiguration<CertificateRow>
{
    public void Configure(EntityTypeBuilder<CertificateRow> builder)
    {
        builder.ToTable("Certificates");
        builder.HasKey(static certificate => certificate.Id);
        builder.Property(static certificate => certificate.Id).HasMaxLength(StoreContext.NameLength);
        builder.Property(static certificate => certificate.Certificates).IsRequired();
        builder.Property(static certificate => certificate.PrivateKey).IsRequired();
    }
}

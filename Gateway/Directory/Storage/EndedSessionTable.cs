using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Directory.Storage;

/// <summary>The table of sessions that were ended.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Found by its interface.")]
internal sealed class EndedSessionTable : IEntityTypeConfiguration<EndedSessionRow>
{
    public void Configure(EntityTypeBuilder<EndedSessionRow> builder)
    {
        builder.ToTable("DirectoryEndedSessions");
        builder.Property(static row => row.Id).HasMaxLength(StoreContext.IdLength);
    }
}

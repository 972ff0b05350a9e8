using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Access.Requests;

/// <summary>The table of who asks for what.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Found by its interface.")]
internal sealed class AccessRequestTables : IEntityTypeConfiguration<AccessRequestRow>
{
    public void Configure(EntityTypeBuilder<AccessRequestRow> builder)
    {
        builder.ToTable("AccessRequests");
        builder.Property(static request => request.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static request => request.ApplicationId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static request => request.PrincipalId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static request => request.UserPrincipalName).HasMaxLength(StoreContext.NameLength);
        builder.Property(static request => request.DisplayName).HasMaxLength(StoreContext.NameLength);
        builder.Property(static request => request.Reason).HasMaxLength(AccessRequests.MaxReason);
        builder.Property(static request => request.State).HasMaxLength(32);
        // Who asks twice at once has asked once.
        builder.HasIndex(static request => new { request.PrincipalId, request.ApplicationId }).IsUnique();
        builder.HasIndex(static request => request.State);
    }
}

using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>Sign-in's tables.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Found by its interfaces.")]
internal sealed class SignInTables
    : IEntityTypeConfiguration<SessionRow>,
        IEntityTypeConfiguration<SessionTokenRow>,
        IEntityTypeConfiguration<SessionClientRow>,
        IEntityTypeConfiguration<HandOffCodeRow>,
        IEntityTypeConfiguration<KeptRequestRow>,
        IEntityTypeConfiguration<DataProtectionKeyRow>
{
    private const int HashLength = 64;

    public void Configure(EntityTypeBuilder<SessionRow> builder)
    {
        builder.ToTable("Sessions");
        builder.Property(static session => session.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static session => session.Subject).HasMaxLength(StoreContext.NameLength);
        builder.Property(static session => session.ProviderSessionId).HasMaxLength(StoreContext.NameLength);
        builder.HasIndex(static session => session.Subject);
        builder.HasIndex(static session => session.ProviderSessionId);
        builder.HasIndex(static session => session.EndedAt);
        builder.HasIndex(static session => session.ExpiresAt);
    }

    public void Configure(EntityTypeBuilder<SessionTokenRow> builder)
    {
        builder.ToTable("SessionTokens");
        builder.HasKey(static token => token.Hash);
        builder.Property(static token => token.Hash).HasMaxLength(HashLength);
        builder.Property(static token => token.SessionId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static token => token.Host).HasMaxLength(StoreContext.NameLength);
        builder.HasOne<SessionRow>().WithMany().HasForeignKey(static token => token.SessionId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<SessionClientRow> builder)
    {
        builder.ToTable("SessionClients");
        builder.HasKey(static client => client.SessionId);
        builder.Property(static client => client.SessionId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static client => client.Address).HasMaxLength(64);
        builder.Property(static client => client.UserAgent).HasMaxLength(SessionClient.MaxUserAgent);
        builder.HasOne<SessionRow>().WithOne().HasForeignKey<SessionClientRow>(static client => client.SessionId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<HandOffCodeRow> builder)
    {
        builder.ToTable("HandOffCodes");
        builder.HasKey(static code => code.Hash);
        builder.Property(static code => code.Hash).HasMaxLength(HashLength);
        builder.Property(static code => code.SessionId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static code => code.Host).HasMaxLength(StoreContext.NameLength);
        builder.Property(static code => code.Binding).HasMaxLength(HashLength);
        builder.HasOne<SessionRow>().WithMany().HasForeignKey(static code => code.SessionId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(static code => code.ExpiresAt);
    }

    public void Configure(EntityTypeBuilder<KeptRequestRow> builder)
    {
        builder.ToTable("KeptRequests");
        builder.Property(static request => request.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static request => request.Subject).HasMaxLength(StoreContext.NameLength);
        builder.Property(static request => request.Host).HasMaxLength(StoreContext.NameLength);
        builder.HasIndex(static request => request.ExpiresAt);
    }

    public void Configure(EntityTypeBuilder<DataProtectionKeyRow> builder)
    {
        builder.ToTable("DataProtectionKeys");
        builder.Property(static key => key.Id).HasMaxLength(StoreContext.NameLength);
    }
}

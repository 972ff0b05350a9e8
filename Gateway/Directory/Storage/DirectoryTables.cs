using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AppProxy.Gateway.Directory.Storage;

/// <summary>The tables of ASP.NET Core Identity, as far as they are used: without those that a server counts up, and without columns that nobody reads.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Found by its interfaces.")]
internal sealed class DirectoryTables
    : IEntityTypeConfiguration<DirectoryUser>,
        IEntityTypeConfiguration<IdentityRole>,
        IEntityTypeConfiguration<IdentityUserRole<string>>,
        IEntityTypeConfiguration<IdentityUserToken<string>>,
        IEntityTypeConfiguration<IdentityUserPasskey<string>>,
        IEntityTypeConfiguration<DirectoryLink>
{
    /// <summary>Longest that a credential's id may be (Web Authentication section 5.8.3 allows 1023 octets).</summary>
    private const int CredentialIdLength = 1023;

    private const int HashLength = 64;

    public void Configure(EntityTypeBuilder<DirectoryUser> builder)
    {
        builder.ToTable("DirectoryUsers");
        builder.Property(static user => user.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static user => user.UserName).HasMaxLength(StoreContext.NameLength);
        builder.Property(static user => user.NormalizedUserName).HasMaxLength(StoreContext.NameLength);
        builder.Property(static user => user.Email).HasMaxLength(StoreContext.NameLength);
        builder.Property(static user => user.DisplayName).HasMaxLength(StoreContext.NameLength);
        builder.Property(static user => user.ConcurrencyStamp).IsConcurrencyToken();
        builder.HasIndex(static user => user.NormalizedUserName).IsUnique();
        builder.Ignore(static user => user.NormalizedEmail)
            .Ignore(static user => user.EmailConfirmed)
            .Ignore(static user => user.PhoneNumber)
            .Ignore(static user => user.PhoneNumberConfirmed)
            .Ignore(static user => user.LockoutEnabled)
            .Ignore(static user => user.LockoutEnd)
            .Ignore(static user => user.AccessFailedCount)
            .Ignore(static user => user.Name);
    }

    public void Configure(EntityTypeBuilder<IdentityRole> builder)
    {
        builder.ToTable("DirectoryGroups");
        builder.Property(static group => group.Id).HasMaxLength(StoreContext.IdLength);
        builder.Property(static group => group.Name).HasMaxLength(StoreContext.NameLength);
        builder.Property(static group => group.NormalizedName).HasMaxLength(StoreContext.NameLength);
        builder.Property(static group => group.ConcurrencyStamp).IsConcurrencyToken();
        builder.HasIndex(static group => group.NormalizedName).IsUnique();
    }

    public void Configure(EntityTypeBuilder<IdentityUserRole<string>> builder)
    {
        builder.ToTable("DirectoryMemberships");
        builder.HasKey(static membership => new { membership.UserId, membership.RoleId });
        builder.Property(static membership => membership.UserId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static membership => membership.RoleId).HasMaxLength(StoreContext.IdLength).HasColumnName("GroupId");
        builder.HasOne<DirectoryUser>().WithMany().HasForeignKey(static membership => membership.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<IdentityRole>().WithMany().HasForeignKey(static membership => membership.RoleId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<IdentityUserToken<string>> builder)
    {
        builder.ToTable("DirectoryUserTokens");
        builder.HasKey(static token => new { token.UserId, token.LoginProvider, token.Name });
        builder.Property(static token => token.UserId).HasMaxLength(StoreContext.IdLength);
        builder.Property(static token => token.LoginProvider).HasMaxLength(StoreContext.IdLength);
        builder.Property(static token => token.Name).HasMaxLength(StoreContext.IdLength);
        builder.HasOne<DirectoryUser>().WithMany().HasForeignKey(static token => token.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<IdentityUserPasskey<string>> builder)
    {
        builder.ToTable("DirectoryPasskeys");
        builder.HasKey(static passkey => passkey.CredentialId);
        builder.Property(static passkey => passkey.CredentialId).HasMaxLength(CredentialIdLength);
        builder.Property(static passkey => passkey.UserId).HasMaxLength(StoreContext.IdLength).IsRequired();
        // As text of ours: each server has its own type for JSON.
        builder.Property(static passkey => passkey.Data).HasConversion(
            static data => JsonSerializer.Serialize(data, JsonSerializerOptions.Default),
            static text => JsonSerializer.Deserialize<IdentityPasskeyData>(text, JsonSerializerOptions.Default)!,
            new ValueComparer<IdentityPasskeyData>(
                static (one, other) => JsonSerializer.Serialize(one, JsonSerializerOptions.Default) == JsonSerializer.Serialize(other, JsonSerializerOptions.Default),
                static data => data.SignCount.GetHashCode(),
                static data => JsonSerializer.Deserialize<IdentityPasskeyData>(JsonSerializer.Serialize(data, JsonSerializerOptions.Default), JsonSerializerOptions.Default)!));
        builder.HasOne<DirectoryUser>().WithMany().HasForeignKey(static passkey => passkey.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<DirectoryLink> builder)
    {
        builder.ToTable("DirectoryLinks");
        builder.HasKey(static link => link.Hash);
        builder.Property(static link => link.Hash).HasMaxLength(HashLength);
        builder.Property(static link => link.UserId).HasMaxLength(StoreContext.IdLength);
        builder.HasOne<DirectoryUser>().WithMany().HasForeignKey(static link => link.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

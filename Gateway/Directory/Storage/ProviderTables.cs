using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using OpenIddict.EntityFrameworkCore;
using Application = OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreApplication;
using Authorization = OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreAuthorization;
using Scope = OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreScope;
using Token = OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreToken;

namespace AppProxy.Gateway.Directory.Storage;

/// <summary>The tables of OpenIddict, which describes them itself; ours are their names, and times that both servers have.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Found by its interfaces.")]
internal sealed class ProviderTables : IEntityTypeConfiguration<Application>, IEntityTypeConfiguration<Authorization>, IEntityTypeConfiguration<Scope>, IEntityTypeConfiguration<Token>
{
    /// <summary>Milliseconds since 1970, which compare as the times do.</summary>
    private static readonly ValueConverter<DateTime, long> Time = new(
        static time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)).ToUnixTimeMilliseconds(),
        static milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime);

    public void Configure(EntityTypeBuilder<Application> builder)
    {
        new OpenIddictEntityFrameworkCoreApplicationConfiguration<Application, Authorization, Token, string>().Configure(builder);
        builder.ToTable("DirectoryClients");
    }

    public void Configure(EntityTypeBuilder<Authorization> builder)
    {
        new OpenIddictEntityFrameworkCoreAuthorizationConfiguration<Authorization, Application, Token, string>().Configure(builder);
        builder.ToTable("DirectoryGrants");
        KeepTime(builder, static grant => grant.CreationDate);
    }

    public void Configure(EntityTypeBuilder<Scope> builder)
    {
        new OpenIddictEntityFrameworkCoreScopeConfiguration<Scope, string>().Configure(builder);
        builder.ToTable("DirectoryScopes");
    }

    public void Configure(EntityTypeBuilder<Token> builder)
    {
        new OpenIddictEntityFrameworkCoreTokenConfiguration<Token, Application, Authorization, string>().Configure(builder);
        builder.ToTable("DirectoryTokens");
        KeepTime(builder, static token => token.CreationDate);
        KeepTime(builder, static token => token.ExpirationDate);
        KeepTime(builder, static token => token.RedemptionDate);
    }

    private static void KeepTime<T>(EntityTypeBuilder<T> builder, Expression<Func<T, DateTime?>> time)
        where T : class
        => builder.Property(time).HasConversion(Time);
}

using AppProxy.Gateway.Directory.Passwords;
using AppProxy.Gateway.Directory.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>Users and groups, by ASP.NET Core Identity: for the gateway, and for commands.</summary>
internal static class AccountServices
{
    /// <summary>What OWASP asks of PBKDF2 with SHA-512 (Password Storage Cheat Sheet).</summary>
    private const int Iterations = 210_000;

    public static IdentityBuilder AddDirectoryAccounts(this IServiceCollection services, StoreConnection store)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddScoped(_ => store.CreateContext());
        services.AddScoped<IUserStore<DirectoryUser>, DirectoryUserStore>();
        services.AddScoped<IRoleStore<IdentityRole>>(static provider =>
            new RoleStore<IdentityRole, StoreContext, string, IdentityUserRole<string>, IdentityRoleClaim<string>>(provider.GetRequiredService<StoreContext>()));
        services.Configure<PasswordHasherOptions>(static hasher => hasher.IterationCount = Iterations);
        services.AddScoped<DirectoryLinks>();
        services.AddScoped<DirectoryAdministration>();
        services.AddScoped<UserRecords>();
        return services.AddIdentityCore<DirectoryUser>(static identity =>
        {
            // Length and what others use is what counts; required kinds of characters make people append "1!".
            identity.Password.RequiredLength = PasswordRules.LeastLength;
            identity.Password.RequireDigit = identity.Password.RequireLowercase = identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
            // The throttle stands in its place: a lock that anybody can close for somebody else is an attack of its own.
            identity.Lockout.AllowedForNewUsers = false;
            identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            identity.Tokens.AuthenticatorIssuer = "AppProxy";
        })
            .AddRoles<IdentityRole>()
            .AddErrorDescriber<DirectoryErrors>()
            .AddPasswordValidator<PasswordRules>()
            .AddClaimsPrincipalFactory<DirectoryPrincipals>()
            .AddTokenProvider<AuthenticatorCodes>(TokenOptions.DefaultAuthenticatorProvider);
    }
}

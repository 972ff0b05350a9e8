using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>What the directory's own cookie says: who, and whether that is still so. What tokens say is read anew each time.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class DirectoryPrincipals(IOptions<IdentityOptions> options) : IUserClaimsPrincipalFactory<DirectoryUser>
{
    public Task<ClaimsPrincipal> CreateAsync(DirectoryUser user)
    {
        var names = options.Value.ClaimsIdentity;
        var identity = new ClaimsIdentity(
            [new(names.UserIdClaimType, user.Id), new(names.UserNameClaimType, user.UserName!), new(names.SecurityStampClaimType, user.SecurityStamp ?? "")],
            IdentityConstants.ApplicationScheme,
            names.UserNameClaimType,
            names.RoleClaimType);
        return Task.FromResult(new ClaimsPrincipal(identity));
    }
}

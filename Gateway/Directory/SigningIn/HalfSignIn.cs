using System.Security.Claims;
using AppProxy.Gateway.Directory.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>
/// The cookie between the password and the second step. Identity's own says only who it is; this one also of which security stamp, so that a password that was changed or
/// taken away since opens nothing any more.
/// </summary>
internal sealed class HalfSignIn : CookieAuthenticationEvents
{
    private const string Stamp = "stamp";

    public override async Task SigningIn(CookieSigningInContext context)
    {
        if (context.Principal?.Identity is ClaimsIdentity identity && await FindAsync(context.HttpContext, identity.Name) is { SecurityStamp: { } stamp })
        {
            identity.AddClaim(new Claim(Stamp, stamp));
        }
    }

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        if (context.Principal?.FindFirst(Stamp)?.Value is not { } stamp || await FindAsync(context.HttpContext, context.Principal.Identity?.Name) is not { } user || user.SecurityStamp != stamp)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(context.Scheme.Name);
        }
    }

    private static async Task<DirectoryUser?> FindAsync(HttpContext context, string? id)
        => id is null ? null : await context.RequestServices.GetRequiredService<UserManager<DirectoryUser>>().FindByIdAsync(id);
}

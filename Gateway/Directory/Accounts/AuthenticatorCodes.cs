using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>Identity's check of an authenticator's codes, each of which counts once (RFC 6238 section 5.2): who looked over a shoulder comes too late.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class AuthenticatorCodes(TimeProvider time, ILogger<AuthenticatorCodes> logger) : AuthenticatorTokenProvider<DirectoryUser>
{
    public override async Task<bool> ValidateAsync(string purpose, string token, UserManager<DirectoryUser> manager, DirectoryUser user)
    {
        if (!await base.ValidateAsync(purpose, token, manager, user))
        {
            return false;
        }

        if (!UsedCodes.TryUse(user, token, time.GetUtcNow()))
        {
            LogReplayed(user.UserName!);
            return false;
        }

        return (await manager.UpdateAsync(user)).Succeeded;
    }

    [LoggerMessage(6401, LogLevel.Warning, "A code of the authenticator of '{User}' came a second time, and was refused")]
    private partial void LogReplayed(string user);
}

using System.Globalization;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>What the sign-in log says of somebody who changes how they sign in.</summary>
internal static class AccountChange
{
    /// <param name="what">What was done, and nothing that was typed.</param>
    /// <param name="ended">How many sessions ended with it; null where none can.</param>
    public static AuditEvent Event(HttpContext context, DirectoryUser user, string what, int? ended = null) => new()
    {
        Kind = AuditKind.AccountChange,
        Outcome = AuditEvent.Success,
        User = user.Id,
        UserName = user.UserName,
        Address = AuditAddress.Of(context),
        Detail = ended is null ? what : string.Create(CultureInfo.InvariantCulture, $"{what}; sessions ended: {ended}"),
    };
}

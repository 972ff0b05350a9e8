using System.Globalization;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>What follows when somebody changes how they sign in.</summary>
internal sealed class AccountChanges(SessionRegistry sessions, IAuditLog log, TimeProvider time)
{
    /// <summary>Tells the sign-in log.</summary>
    /// <param name="what">What was done, and nothing that was typed.</param>
    public void Write(HttpContext context, DirectoryUser user, string what, string outcome = AuditEvent.Success) => log.Write(new AuditEvent
    {
        Kind = AuditKind.AccountChange,
        Outcome = outcome,
        User = user.Id,
        UserName = user.UserName,
        Address = AuditAddress.Of(context),
        Detail = what,
    });

    /// <summary>
    /// Saves, and puts out of the gateway who came in by what there was before; at the directory the new stamp does it. In one transaction: who hangs up between the two,
    /// with a stolen session, would keep it.
    /// </summary>
    /// <param name="what">What is done, for the sign-in log, and nothing that was typed.</param>
    /// <returns>What went wrong first; success when all is saved.</returns>
    public async Task<IdentityResult> SaveAsync(HttpContext context, DirectoryUser user, string what, params IEnumerable<Func<Task<IdentityResult>>> saves)
    {
        IReadOnlyList<Guid> ended = [];
        var result = await WholeChange.RunAsync(context, [.. saves, EndAsync]);
        if (result.Succeeded)
        {
            sessions.End(ended);
            Write(context, user, string.Create(CultureInfo.InvariantCulture, $"{what}; sessions ended: {ended.Count}"));
        }

        return result;

        async Task<IdentityResult> EndAsync()
        {
            var store = context.RequestServices.GetRequiredService<StoreContext>();
            ended = await StoredSessions.EndAsync(store, SessionSelector.AllOf(user.Id), time.GetUtcNow(), CancellationToken.None);
            return IdentityResult.Success;
        }
    }
}

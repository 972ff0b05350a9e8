using System.Globalization;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>What follows when somebody changed how they sign in, and it is saved: whoever hangs up and whatever fails then, the sign-in log has it.</summary>
internal sealed partial class AccountChanges(SessionRegistry sessions, IAuditLog log, ILogger<AccountChanges> logger)
{
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

    /// <summary>Puts out of the gateway who came in by what there was before; at the directory the new stamp does it. Nothing that may fail comes between the change and this.</summary>
    /// <param name="what">What was done, and nothing that was typed.</param>
    public async Task EndSessionsAsync(HttpContext context, DirectoryUser user, string what)
    {
        var end = "the sessions could not be ended";
        try
        {
            // Not the request's token: who has a stolen session would hang up, and keep it.
            var count = await sessions.EndAsync(SessionSelector.AllOf(user.Id), CancellationToken.None);
            end = string.Create(CultureInfo.InvariantCulture, $"sessions ended: {count}");
        }
        catch
        {
            LogSessionsLeft(user.UserName!, what);
            throw;
        }
        finally
        {
            Write(context, user, $"{what}; {end}");
        }
    }

    [LoggerMessage(6434, LogLevel.Warning, "'{User}': {Change}, but the sessions there were go on, since the store could not be asked; 'sessions end' ends them")]
    private partial void LogSessionsLeft(string user, string change);
}

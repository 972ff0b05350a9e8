using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Passkeys;

/// <summary>Signs in who has a passkey, without a name and without a password.</summary>
internal sealed partial class PasskeySignIn(PasskeyCeremony ceremony, SignInThrottle throttle, KnownBrowsers browsers, IAuditLog log, ILogger<PasskeySignIn> logger)
{
    /// <returns>What went wrong, for the sign-in page to say; null when somebody is signed in, and the answer written.</returns>
    public async Task<(int Status, string Problem)?> TryAsync(HttpContext context, Language texts, DirectorySignIn signIn, IFormCollection form, string next)
    {
        var address = context.Connection.RemoteIpAddress;
        if (throttle.TryPasskey(address, browsers.Find(context.Request), out var wait) is not { } attempt)
        {
            if (throttle.IsToBeTold(address))
            {
                LogThrottled(address?.ToString());
                log.Write(SignInPage.Failed(context, null, "too-many-attempts"));
            }

            return (StatusCodes.Status429TooManyRequests, TooManyTries.Tell(context, texts, texts["Directory_TooManyAttempts"], wait));
        }

        PasskeyAssertionResult<DirectoryUser>? result;
        try
        {
            result = await ceremony.FinishSignInAsync(context, signIn.UserManager, form);
        }
        catch (Exception away) when (away is not OperationCanceledException)
        {
            // Nobody could say whether it is right. Who hangs up has made the work.
            attempt.Succeed();
            throw;
        }

        if (result is null)
        {
            return (StatusCodes.Status400BadRequest, texts["Directory_PasskeySignInTooLate"]);
        }

        if (!result.Succeeded || !(await signIn.UserManager.AddOrUpdatePasskeyAsync(result.User, result.Passkey)).Succeeded)
        {
            LogRefused(address?.ToString(), PrintableText.Cut(result.Failure?.Message, PrintableText.LineLength));
            log.Write(SignInPage.Failed(context, result.User, "wrong-passkey"));
            return (StatusCodes.Status401Unauthorized, texts["Directory_WrongPasskey"]);
        }

        attempt.Succeed();
        if (!await signIn.CanSignInAsync(result.User))
        {
            log.Write(SignInPage.Failed(context, result.User, "account-disabled"));
            return (StatusCodes.Status403Forbidden, texts["Directory_Disabled"]);
        }

        await signIn.SignInWithPasskeyAsync(result.User, result.Passkey);
        browsers.Remember(context, result.User.Id);
        LogSignedIn(result.User.UserName!);
        await DirectoryForms.GoOnAsync(context, next);
        return null;
    }

    [LoggerMessage(6417, LogLevel.Information, "'{User}' signed in to the directory with a passkey")]
    private partial void LogSignedIn(string user);

    [LoggerMessage(6418, LogLevel.Information, "A passkey from {Address} was refused: {Reason}")]
    private partial void LogRefused(string? address, string? reason);

    [LoggerMessage(6419, LogLevel.Warning, "A passkey from {Address} was refused: too many attempts")]
    private partial void LogThrottled(string? address);
}

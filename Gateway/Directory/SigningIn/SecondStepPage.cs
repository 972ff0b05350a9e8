using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>The second step: a code of the authenticator, or a recovery code.</summary>
internal sealed partial class SecondStepPage(DirectoryForms forms, SignInThrottle throttle, KnownBrowsers browsers, IAuditLog log, ILogger<SecondStepPage> logger)
{
    public async Task AskAsync(HttpContext context, DirectorySignIn signIn, bool isRecovery)
    {
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is null)
        {
            StartAgain(context, ReturnPath.Read(context.Request));
            return;
        }

        await WriteAsync(context, isRecovery, ReturnPath.Read(context.Request), null, StatusCodes.Status200OK);
    }

    public async Task CheckAsync(HttpContext context, DirectorySignIn signIn, bool isRecovery)
    {
        if (await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var next = ReturnPath.Read(context.Request, form);
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } user)
        {
            StartAgain(context, next);
            return;
        }

        if (throttle.TryCode(user.Id, browsers.Find(context.Request, user.Id)) is not { } attempt)
        {
            LogThrottled(user.UserName!);
            log.Write(SignInPage.Failed(context, user, "too-many-attempts"));
            context.Response.Headers.RetryAfter = "360";
            await WriteAsync(context, isRecovery, next, "There were too many wrong codes. Wait a few minutes, then try again.", StatusCodes.Status429TooManyRequests);
            return;
        }

        var code = form["code"].ToString();
        var result = isRecovery
            ? await signIn.TwoFactorRecoveryCodeSignInAsync(code)
            : await signIn.TwoFactorAuthenticatorSignInAsync(new string([.. code.Where(char.IsAsciiDigit)]), isPersistent: false, rememberClient: false);
        if (!result.Succeeded)
        {
            LogWrong(user.UserName!);
            log.Write(SignInPage.Failed(context, user, "wrong-code"));
            await WriteAsync(
                context, isRecovery, next, isRecovery ? "This is none of your recovery codes, or it was used before." : "The code is wrong, or was used before. Wait for the next one.", StatusCodes.Status401Unauthorized);
            return;
        }

        attempt.Succeed();
        browsers.Remember(context, user.Id);
        LogSignedIn(user.UserName!, isRecovery ? "recovery code" : "authenticator");
        await DirectoryForms.GoOnAsync(context, next);
    }

    /// <summary>The password was given too long ago, or not at all.</summary>
    private static void StartAgain(HttpContext context, string next)
        => DirectoryForms.Redirect(context, QueryHelpers.AddQueryString(DirectoryPaths.Root + DirectoryPaths.SignIn, ReturnPath.Parameter, next));

    private Task WriteAsync(HttpContext context, bool isRecovery, string next, string? problem, int status)
    {
        var other = Pages.Page.Encode(QueryHelpers.AddQueryString(DirectoryPaths.Root + (isRecovery ? DirectoryPaths.Code : DirectoryPaths.RecoveryCode), ReturnPath.Parameter, next));
        return forms.WriteAsync(context, new DirectoryForm
        {
            Title = isRecovery ? "Use a recovery code" : "Enter your code",
            Path = isRecovery ? DirectoryPaths.RecoveryCode : DirectoryPaths.Code,
            Text = isRecovery ? "<p>Each recovery code works once.</p>" : "<p>Open your authenticator app, and type the six digits that it shows.</p>",
            Problem = problem,
            Status = status,
            Return = next,
            Fields = isRecovery
                ? DirectoryForms.Input("code", "Recovery code", "text", "off", "autocapitalize=\"none\" spellcheck=\"false\" autofocus", problem is not null)
                : DirectoryForms.Input("code", "Code", "text", "one-time-code", "inputmode=\"numeric\" maxlength=\"12\" autofocus", problem is not null),
            Button = "Sign in",
            After = isRecovery ? $"""<p><a href="{other}">Use the authenticator</a></p>""" : $"""<p><a href="{other}">Use a recovery code</a></p>""",
        });
    }

    [LoggerMessage(6409, LogLevel.Information, "A second step of '{User}' was wrong")]
    private partial void LogWrong(string user);

    [LoggerMessage(6410, LogLevel.Warning, "A second step of '{User}' was refused: too many attempts by somebody who knows the password")]
    private partial void LogThrottled(string user);

    [LoggerMessage(6411, LogLevel.Information, "'{User}' signed in to the directory with password and {Method}")]
    private partial void LogSignedIn(string user, string method);
}

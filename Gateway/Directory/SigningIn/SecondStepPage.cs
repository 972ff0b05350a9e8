using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

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

        await WriteAsync(context, Language.Of(context.Request), isRecovery, ReturnPath.Read(context.Request), null, StatusCodes.Status200OK);
    }

    public async Task CheckAsync(HttpContext context, DirectorySignIn signIn, bool isRecovery)
    {
        if (await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var texts = Language.Of(context.Request);
        var next = ReturnPath.Read(context.Request, form);
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } user)
        {
            StartAgain(context, next);
            return;
        }

        var (address, browser) = (context.Connection.RemoteIpAddress, browsers.Find(context.Request, user.Id));
        TimeSpan wait;
        if ((isRecovery ? throttle.TryRecoveryCode(user.Id, address, browser, out wait) : throttle.TryCode(user.Id, address, browser, out wait)) is not { } attempt)
        {
            if (throttle.IsToBeTold(context.Connection.RemoteIpAddress))
            {
                LogThrottled(user.UserName!);
                log.Write(SignInPage.Failed(context, user, "too-many-attempts"));
            }

            await WriteAsync(context, texts, isRecovery, next, TooManyTries.Tell(context, texts, texts["Directory_TooManyCodes"], wait), StatusCodes.Status429TooManyRequests);
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
            await WriteAsync(context, texts, isRecovery, next, isRecovery ? texts["Directory_WrongRecoveryCode"] : texts["Directory_WrongCode"], StatusCodes.Status401Unauthorized);
            return;
        }

        attempt.Succeed();
        browsers.Remember(context, user.Id);
        LogSignedIn(user.UserName!, isRecovery ? "recovery code" : "authenticator");
        await DirectoryForms.GoOnAsync(context, next);
    }

    /// <summary>The password was given too long ago, or not at all.</summary>
    private static void StartAgain(HttpContext context, string next)
        => DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.SignIn, next));

    private Task WriteAsync(HttpContext context, Language texts, bool isRecovery, string next, string? problem, int status)
    {
        var other = Page.Encode(ReturnPath.After(isRecovery ? DirectoryPaths.Code : DirectoryPaths.RecoveryCode, next));
        return forms.WriteAsync(context, new DirectoryForm
        {
            Language = texts,
            Title = isRecovery ? texts["Directory_UseRecoveryCode"] : texts["Directory_CodeTitle"],
            Path = isRecovery ? DirectoryPaths.RecoveryCode : DirectoryPaths.Code,
            Text = $"<p>{(isRecovery ? texts.Html("Directory_RecoveryCodeText") : texts.Html("Directory_CodeText"))}</p>",
            Problem = problem,
            Status = status,
            Return = next,
            Fields = isRecovery
                ? DirectoryForms.Input("code", texts["Directory_RecoveryCode"], "text", "off", "autocapitalize=\"none\" spellcheck=\"false\" autofocus", problem is not null)
                : DirectoryForms.Input("code", texts["Directory_Code"], "text", "one-time-code", "inputmode=\"numeric\" maxlength=\"12\" autofocus", problem is not null),
            Button = texts["Directory_SignIn"],
            After = $"""<p><a href="{other}">{(isRecovery ? texts.Html("Directory_UseAuthenticator") : texts.Html("Directory_UseRecoveryCode"))}</a></p>""",
        });
    }

    [LoggerMessage(6409, LogLevel.Information, "A second step of '{User}' was wrong")]
    private partial void LogWrong(string user);

    [LoggerMessage(6410, LogLevel.Warning, "A second step of '{User}' was refused: too many attempts by somebody who knows the password")]
    private partial void LogThrottled(string user);

    [LoggerMessage(6411, LogLevel.Information, "'{User}' signed in to the directory with password and {Method}")]
    private partial void LogSignedIn(string user, string method);
}

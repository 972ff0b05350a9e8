using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.Passwords;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>Where a person changes the password.</summary>
internal sealed partial class PasswordPage(DirectoryForms forms, AccountGate gate, SignInThrottle throttle, KnownBrowsers browsers, AccountChanges changes, ILogger<PasswordPage> logger)
{
    public async Task AskAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is { } session)
        {
            await WriteAsync(context, Language.Of(context.Request), session.User, ReturnPath.Read(context.Request), null, StatusCodes.Status200OK);
        }
    }

    public async Task ChangeAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session || await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var texts = Language.Of(context.Request);
        var next = ReturnPath.Read(context.Request, form);
        if (throttle.TryPassword(session.User.UserName!, context.Connection.RemoteIpAddress, browsers.Find(context.Request, session.User.Id), out var wait) is not { } attempt)
        {
            if (throttle.IsToBeTold(context.Connection.RemoteIpAddress))
            {
                LogThrottled(session.User.UserName!);
            }

            await WriteAsync(context, texts, session.User, next, TooManyTries.Tell(context, texts, texts["Directory_TooManyAttempts"], wait), StatusCodes.Status429TooManyRequests);
            return;
        }

        if (Repeated(form) is not { } password)
        {
            attempt.Succeed();
            await WriteAsync(context, texts, session.User, next, texts["Directory_NewPasswordsDiffer"], StatusCodes.Status400BadRequest);
            return;
        }

        var users = signIn.UserManager;
        if (!await users.CheckPasswordAsync(session.User, form["password"].ToString()))
        {
            changes.Write(context, session.User, "password", "wrong-password");
            await WriteAsync(context, texts, session.User, next, texts["Directory_WrongOldPassword"], StatusCodes.Status400BadRequest);
            return;
        }

        attempt.Succeed();
        var result = await JudgeAsync(users, session.User, password);
        if (result.Succeeded)
        {
            // Hashing takes long, and the store shall not wait for it.
            session.User.PasswordHash = users.PasswordHasher.HashPassword(session.User, password);
            // It saves the user too.
            result = await changes.SaveAsync(context, session.User, "password changed", () => users.UpdateSecurityStampAsync(session.User));
        }

        if (!result.Succeeded)
        {
            await WriteAsync(context, texts, session.User, next, Describe(texts, result), StatusCodes.Status400BadRequest);
            return;
        }

        LogChanged(session.User.UserName!);
        // This browser goes on at the directory.
        await signIn.RefreshAsync(session);
        await DirectoryForms.GoOnAsync(context, next);
    }

    /// <summary>Fields for a new password.</summary>
    public static string Fields(Language texts, bool isWrong) =>
        DirectoryForms.Input("new-password", texts["Directory_NewPassword"], "password", "new-password", $"minlength=\"{PasswordRules.LeastLength}\" aria-describedby=\"rule{(isWrong ? " problem" : "")}\"")
        + $"<p class=\"quiet small\" id=\"rule\">{texts.Html("Directory_NewPasswordRule", PasswordRules.LeastLength)}</p>"
        + DirectoryForms.Input("repeated", texts["Directory_RepeatPassword"], "password", "new-password", $"minlength=\"{PasswordRules.LeastLength}\"");

    /// <summary>Null where the two are not the same.</summary>
    public static string? Repeated(IFormCollection form) => form["new-password"] == form["repeated"] ? form["new-password"].ToString() : null;

    /// <summary>Whether somebody may have a password.</summary>
    public static async Task<IdentityResult> JudgeAsync(UserManager<DirectoryUser> users, DirectoryUser user, string password)
    {
        foreach (var validator in users.PasswordValidators)
        {
            if (await validator.ValidateAsync(users, user, password) is { Succeeded: false } refused)
            {
                return refused;
            }
        }

        return IdentityResult.Success;
    }

    /// <summary>Why it was refused. What no page knows of is told as Identity says it, in English.</summary>
    public static string Describe(Language texts, IdentityResult result)
        => string.Join(' ', result.Errors.Select(error =>
            error.Code == nameof(IdentityErrorDescriber.ConcurrencyFailure) ? texts["Directory_ChangedMeanwhile"] : error is DirectoryError known ? known.In(texts) : error.Description));

    private Task WriteAsync(HttpContext context, Language texts, DirectoryUser user, string next, string? problem, int status) => forms.WriteAsync(context, new DirectoryForm
    {
        Language = texts,
        Title = texts["Directory_ChangePassword"],
        Path = DirectoryPaths.Password,
        Text = $"<p>{texts.Html("Directory_ChangePasswordText")}</p>",
        Problem = problem,
        Status = status,
        Return = next,
        // Password safes look for the name beside it.
        Fields = $"""<input type="hidden" name="name" autocomplete="username" value="{Page.Encode(user.UserName)}">"""
            + DirectoryForms.Input("password", texts["Directory_OldPassword"], "password", "current-password", "autofocus")
            + Fields(texts, problem is not null),
        Button = texts["Directory_ChangePasswordButton"],
    });

    [LoggerMessage(6414, LogLevel.Information, "'{User}' changed the password")]
    private partial void LogChanged(string user);

    [LoggerMessage(6431, LogLevel.Warning, "The password of '{User}' was not changed: too many attempts with a wrong one")]
    private partial void LogThrottled(string user);
}

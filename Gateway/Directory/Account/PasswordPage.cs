using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.Passwords;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>Where a person changes the password.</summary>
internal sealed partial class PasswordPage(DirectoryForms forms, AccountGate gate, SignInThrottle throttle, KnownBrowsers browsers, SessionRegistry sessions, ILogger<PasswordPage> logger)
{
    public async Task AskAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is { } session)
        {
            await WriteAsync(context, session.User, ReturnPath.Read(context.Request), null, StatusCodes.Status200OK);
        }
    }

    public async Task ChangeAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session || await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var next = ReturnPath.Read(context.Request, form);
        if (throttle.TryPassword(session.User.UserName!, context.Connection.RemoteIpAddress, browsers.Find(context.Request, session.User.Id)) is not { } attempt)
        {
            await WriteAsync(context, session.User, next, "There were too many attempts. Wait a minute, then try again.", StatusCodes.Status429TooManyRequests);
            return;
        }

        if (Repeated(form) is not { } password)
        {
            attempt.Succeed();
            await WriteAsync(context, session.User, next, "The two new passwords are not the same.", StatusCodes.Status400BadRequest);
            return;
        }

        var result = await signIn.UserManager.ChangePasswordAsync(session.User, form["password"].ToString(), password);
        if (!result.Succeeded)
        {
            var isWrong = result.Errors.Any(static error => error.Code == nameof(IdentityErrorDescriber.PasswordMismatch));
            if (!isWrong)
            {
                attempt.Succeed();
            }

            await WriteAsync(context, session.User, next, isWrong ? "The password that you have now is another one." : Describe(result), StatusCodes.Status400BadRequest);
            return;
        }

        attempt.Succeed();
        // Whoever else is in with the old one is out: at the directory by the new stamp, at the gateway here. This browser goes on.
        await signIn.RefreshAsync(session);
        await sessions.EndAsync(SessionSelector.AllOf(session.User.Id), context.RequestAborted);
        LogChanged(session.User.UserName!);
        await DirectoryForms.GoOnAsync(context, next);
    }

    /// <summary>Fields for a new password.</summary>
    public static string Fields(bool isWrong) =>
        DirectoryForms.Input("new-password", "New password", "password", "new-password", $"minlength=\"{PasswordRules.LeastLength}\" aria-describedby=\"rule{(isWrong ? " problem" : "")}\"")
        + $"<p class=\"quiet small\" id=\"rule\">At least {PasswordRules.LeastLength} characters. A sentence of a few unusual words is good; what others use is not taken.</p>"
        + DirectoryForms.Input("repeated", "New password once more", "password", "new-password", $"minlength=\"{PasswordRules.LeastLength}\"");

    /// <summary>Null where the two are not the same.</summary>
    public static string? Repeated(IFormCollection form) => form["new-password"] == form["repeated"] ? form["new-password"].ToString() : null;

    public static string Describe(IdentityResult result) => string.Join(' ', result.Errors.Select(static error => error.Description));

    private Task WriteAsync(HttpContext context, DirectoryUser user, string next, string? problem, int status) => forms.WriteAsync(context, new DirectoryForm
    {
        Title = "Change your password",
        Path = DirectoryPaths.Password,
        Text = "<p>Afterwards you are signed out in other browsers.</p>",
        Problem = problem,
        Status = status,
        Return = next,
        // Password safes look for the name beside it.
        Fields = $"""<input type="hidden" name="name" autocomplete="username" value="{Page.Encode(user.UserName)}">"""
            + DirectoryForms.Input("password", "Password that you have now", "password", "current-password", "autofocus")
            + Fields(problem is not null),
        Button = "Change it",
    });

    [LoggerMessage(6414, LogLevel.Information, "'{User}' changed the password")]
    private partial void LogChanged(string user);
}

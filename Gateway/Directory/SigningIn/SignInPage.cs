using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>The sign-in page: name and password.</summary>
internal sealed partial class SignInPage(DirectoryForms forms, SignInThrottle throttle, KnownBrowsers browsers, PasswordCheck passwords, IAuditLog log, ILogger<SignInPage> logger)
{
    private const string Wrong = "The name or the password is wrong.";

    public Task AskAsync(HttpContext context) => WriteAsync(context, ReturnPath.Read(context.Request), "", null, StatusCodes.Status200OK);

    public async Task SignInAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var (name, next) = (form["name"].ToString(), ReturnPath.Read(context.Request, form));
        var user = await signIn.UserManager.FindByNameAsync(name);
        if (throttle.TryPassword(name, context.Connection.RemoteIpAddress, browsers.Find(context.Request, user?.Id)) is not { } attempt)
        {
            LogThrottled(context.Connection.RemoteIpAddress?.ToString());
            log.Write(Failed(context, user, "too-many-attempts"));
            context.Response.Headers.RetryAfter = "60";
            await WriteAsync(context, next, name, "There were too many attempts. Wait a minute, then try again.", StatusCodes.Status429TooManyRequests);
            return;
        }

        if (!await passwords.IsRightAsync(signIn.UserManager, user, form["password"].ToString()))
        {
            LogWrong(context.Connection.RemoteIpAddress?.ToString());
            log.Write(Failed(context, user, "wrong-password"));
            await WriteAsync(context, next, name, Wrong, StatusCodes.Status401Unauthorized);
            return;
        }

        attempt.Succeed();
        var result = await signIn.BeginAsync(user!);
        if (result.RequiresTwoFactor)
        {
            DirectoryForms.Redirect(context, QueryHelpers.AddQueryString(DirectoryPaths.Root + DirectoryPaths.Code, ReturnPath.Parameter, next));
        }
        else if (result.Succeeded)
        {
            browsers.Remember(context, user!.Id);
            LogSignedIn(user.UserName!, "password");
            await DirectoryForms.GoOnAsync(context, next);
        }
        else
        {
            // Only who knows the password gets to know it.
            await WriteAsync(context, next, name, "This account is disabled. Ask whoever runs the gateway.", StatusCodes.Status403Forbidden);
        }
    }

    /// <summary>Who tried, where there is such a user: a name that is none may be a password.</summary>
    public static AuditEvent Failed(HttpContext context, DirectoryUser? user, string outcome) => new()
    {
        Kind = AuditKind.SignIn,
        Outcome = outcome,
        User = user?.Id,
        UserName = user?.UserName,
        Address = AuditAddress.Of(context),
    };

    private Task WriteAsync(HttpContext context, string next, string name, string? problem, int status) => forms.WriteAsync(context, new DirectoryForm
    {
        Title = "Sign in",
        Path = DirectoryPaths.SignIn,
        Problem = problem,
        Status = status,
        Return = next,
        Fields = DirectoryForms.Input("name", "User name", "text", "username webauthn", $"""value="{Page.Encode(name)}" autocapitalize="none" spellcheck="false" {(name.Length == 0 ? "autofocus" : "")}""", problem is not null)
            + DirectoryForms.Input("password", "Password", "password", "current-password", name.Length == 0 ? "" : "autofocus", problem is not null),
        Button = "Sign in",
    });

    // Names are not logged where the sign-in failed: people type their passwords there.
    [LoggerMessage(6406, LogLevel.Information, "A sign-in from {Address} had a wrong name or password")]
    private partial void LogWrong(string? address);

    [LoggerMessage(6407, LogLevel.Warning, "A sign-in from {Address} was refused: too many attempts")]
    private partial void LogThrottled(string? address);

    [LoggerMessage(6408, LogLevel.Information, "'{User}' signed in to the directory with {Method}")]
    private partial void LogSignedIn(string user, string method);
}

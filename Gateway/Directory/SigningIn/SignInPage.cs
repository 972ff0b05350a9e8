using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.Passkeys;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>The sign-in page: name and password, or a passkey.</summary>
internal sealed partial class SignInPage(DirectoryForms forms, SignInThrottle throttle, KnownBrowsers browsers, PasswordCheck passwords, PasskeyCeremony ceremony, PasskeySignIn passkeys, IAuditLog log, ILogger<SignInPage> logger)
{
    /// <summary>Parameter of the page's URL: a password alone will not do.</summary>
    private const string Needed = "needed";

    public Task AskAsync(HttpContext context) => WriteAsync(context, Language.Of(context.Request), ReturnPath.Read(context.Request), "", null, StatusCodes.Status200OK);

    /// <summary>Where somebody uses the second step that they have.</summary>
    public static string PathFor(DirectoryUser user, string next)
    {
        var page = ReturnPath.After(DirectoryPaths.SignIn, next);
        return user.TwoFactorEnabled ? page : QueryHelpers.AddQueryString(page, Needed, PasskeyCeremony.Answer);
    }

    public async Task SignInAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var texts = Language.Of(context.Request);
        var (name, next) = (form["name"].ToString(), ReturnPath.Read(context.Request, form));
        if (form[PasskeyCeremony.Answer].ToString().Length > 0)
        {
            if (await passkeys.TryAsync(context, texts, signIn, form, next) is { } failure)
            {
                await WriteAsync(context, texts, next, "", failure.Problem, failure.Status);
            }

            return;
        }

        // Longer names than the store has are nobody's.
        var user = name.Length > StoreContext.NameLength ? null : await signIn.UserManager.FindByNameAsync(name);
        if (throttle.TryPassword(name, context.Connection.RemoteIpAddress, browsers.Find(context.Request, user?.Id), out var wait) is not { } attempt)
        {
            if (throttle.IsToBeTold(context.Connection.RemoteIpAddress))
            {
                LogThrottled(context.Connection.RemoteIpAddress?.ToString());
                log.Write(Failed(context, user, "too-many-attempts"));
            }

            await WriteAsync(context, texts, next, name, TooManyTries.Tell(context, texts, texts["Directory_TooManyAttempts"], wait), StatusCodes.Status429TooManyRequests);
            return;
        }

        if (!await passwords.IsRightAsync(signIn.UserManager, user, form["password"].ToString()))
        {
            LogWrong(context.Connection.RemoteIpAddress?.ToString());
            log.Write(Failed(context, user, "wrong-password"));
            await WriteAsync(context, texts, next, name, texts["Directory_WrongPassword"], StatusCodes.Status401Unauthorized);
            return;
        }

        attempt.Succeed();
        var result = await signIn.BeginAsync(user!);
        if (result.RequiresTwoFactor)
        {
            DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.Code, next));
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
            await WriteAsync(context, texts, next, name, texts["Directory_Disabled"], StatusCodes.Status403Forbidden);
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

    private async Task WriteAsync(HttpContext context, Language texts, string next, string name, string? problem, int status) => await forms.WriteAsync(context, new DirectoryForm
    {
        Language = texts,
        Title = texts["Directory_SignIn"],
        Path = DirectoryPaths.SignIn,
        Text = context.Request.Query[Needed] == PasskeyCeremony.Answer ? $"<p>{texts.Html("Directory_UsePasskey")}</p>" : "",
        Problem = problem,
        Status = status,
        Return = next,
        Fields = DirectoryForms.Input("name", texts["Directory_UserName"], "text", "username webauthn", $"""value="{Page.Encode(name)}" autocapitalize="none" spellcheck="false" {(name.Length == 0 ? "autofocus" : "")}""", problem is not null)
            + DirectoryForms.Input("password", texts["Directory_Password"], "password", "current-password", name.Length == 0 ? "" : "autofocus", problem is not null)
            + await ceremony.BeginSignInAsync(context, texts),
        Button = texts["Directory_SignIn"],
        // Only a script can ask for it, which shows it.
        MoreButtons = $"""<button type="button" class="second" id="{PasskeyScript.SignInButton}" hidden>{texts.Html("Directory_SignInWithPasskey")}</button>""",
        Script = PasskeyScript.Text,
    });

    // Names are not logged where the sign-in failed: people type their passwords there.
    [LoggerMessage(6406, LogLevel.Information, "A sign-in from {Address} had a wrong name or password")]
    private partial void LogWrong(string? address);

    [LoggerMessage(6407, LogLevel.Warning, "A sign-in from {Address} was refused: too many attempts")]
    private partial void LogThrottled(string? address);

    [LoggerMessage(6408, LogLevel.Information, "'{User}' signed in to the directory with {Method}")]
    private partial void LogSignedIn(string user, string method);
}

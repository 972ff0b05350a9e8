using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>Where a person sets up two-step verification with an authenticator app, and turns it off.</summary>
/// <remarks>A form says what it is for: sent once more, as by a reload, it does not undo what it did.</remarks>
internal sealed partial class TwoStepsPage(DirectoryForms forms, AccountGate gate, SignInThrottle throttle, KnownBrowsers browsers, AccountChanges changes, ILogger<TwoStepsPage> logger)
{
    private const string Wish = "do";
    private const string On = "on";
    private const string Off = "off";

    public async Task AskAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session)
        {
            return;
        }

        var texts = Language.Of(context.Request);
        var next = ReturnPath.Read(context.Request);
        if (session.User.TwoFactorEnabled)
        {
            await WriteOnAsync(context, texts, session, next, null, StatusCodes.Status200OK);
            return;
        }

        if (!session.IsTwoSteps && await signIn.HasPasskeyAsync(session.User))
        {
            DirectoryForms.Redirect(context, SignInPage.PathFor(session.User, Here(next)));
            return;
        }

        // Once, since it ends cookies elsewhere: a page that is only looked at changes nothing more.
        if (string.IsNullOrEmpty(await signIn.UserManager.GetAuthenticatorKeyAsync(session.User)))
        {
            if (!(await signIn.UserManager.ResetAuthenticatorKeyAsync(session.User)).Succeeded)
            {
                // The same page is opened twice at once: the other has made one.
                DirectoryForms.Redirect(context, Here(next));
                return;
            }

            await signIn.RefreshAsync(session);
        }

        await WriteSetUpAsync(context, texts, signIn.UserManager, session, next, null, StatusCodes.Status200OK);
    }

    public async Task ChangeAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session || await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var texts = Language.Of(context.Request);
        var next = ReturnPath.Read(context.Request, form);
        if (form[Wish] != (session.User.TwoFactorEnabled ? Off : On))
        {
            DirectoryForms.Redirect(context, Here(next));
            return;
        }

        if (session.User.TwoFactorEnabled)
        {
            await TurnOffAsync(context, texts, signIn, session, next);
            return;
        }

        if (!session.IsTwoSteps && await signIn.HasPasskeyAsync(session.User))
        {
            // A password alone must not bring in a second step beside the one that there is.
            DirectoryForms.Redirect(context, SignInPage.PathFor(session.User, Here(next)));
            return;
        }

        if (throttle.TryCode(session.User.Id, context.Connection.RemoteIpAddress, browsers.Find(context.Request, session.User.Id), out var wait) is not { } attempt)
        {
            if (throttle.IsToBeTold(context.Connection.RemoteIpAddress))
            {
                LogThrottled(session.User.UserName!);
            }

            var problem = TooManyTries.Tell(context, texts, texts["Directory_TooManyCodes"], wait);
            await WriteSetUpAsync(context, texts, signIn.UserManager, session, next, problem, StatusCodes.Status429TooManyRequests);
            return;
        }

        var code = new string([.. form["code"].ToString().Where(char.IsAsciiDigit)]);
        if (!await signIn.UserManager.VerifyTwoFactorTokenAsync(session.User, TokenOptions.DefaultAuthenticatorProvider, code))
        {
            await WriteSetUpAsync(context, texts, signIn.UserManager, session, next, texts["Directory_WrongFirstCode"], StatusCodes.Status400BadRequest);
            return;
        }

        attempt.Succeed();
        IReadOnlyList<string>? codes = null;
        var done = await WholeChange.RunAsync(
            context,
            () => signIn.UserManager.SetTwoFactorEnabledAsync(session.User, true),
            async () => (codes = await RecoveryCodesPage.MakeAsync(signIn.UserManager, session.User)) is null ? IdentityResult.Failed(signIn.UserManager.ErrorDescriber.ConcurrencyFailure()) : IdentityResult.Success);
        if (!done.Succeeded)
        {
            await WriteSetUpAsync(context, texts, signIn.UserManager, session, next, PasswordPage.Describe(texts, done), StatusCodes.Status409Conflict);
            return;
        }

        LogTurnedOn(session.User.UserName!);
        changes.Write(context, session.User, "two-step verification turned on");
        await signIn.StrengthenAsync(session, "otp");
        await RecoveryCodesPage.WriteAsync(context, codes!, next);
    }

    private static string Here(string next) => ReturnPath.After(DirectoryPaths.TwoSteps, next);

    private async Task TurnOffAsync(HttpContext context, Language texts, DirectorySignIn signIn, DirectorySession session, string next)
    {
        if (!session.IsTwoSteps)
        {
            // Set up elsewhere since: then with it.
            DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.SignIn, DirectoryPaths.Root + DirectoryPaths.TwoSteps));
            return;
        }

        if (session.User.MustUseTwoSteps)
        {
            await WriteOnAsync(context, texts, session, next, texts["Directory_TwoStepsRequired"], StatusCodes.Status200OK);
            return;
        }

        var done = await WholeChange.RunAsync(
            context, () => signIn.UserManager.SetTwoFactorEnabledAsync(session.User, false), () => signIn.UserManager.ResetAuthenticatorKeyAsync(session.User));
        if (!done.Succeeded)
        {
            await WriteOnAsync(context, texts, session, next, PasswordPage.Describe(texts, done), StatusCodes.Status409Conflict);
            return;
        }

        LogTurnedOff(session.User.UserName!);
        changes.Write(context, session.User, "two-step verification turned off");
        await signIn.RefreshAsync(session);
        await DirectoryForms.GoOnAsync(context, next);
    }

    private async Task WriteSetUpAsync(HttpContext context, Language texts, UserManager<DirectoryUser> users, DirectorySession session, string next, string? problem, int status)
    {
        var key = await users.GetAuthenticatorKeyAsync(session.User) ?? "";
        var uri = QrCode.UriOf(context.Request.Host.Host, session.User.UserName!, key);
        await forms.WriteAsync(context, new DirectoryForm
        {
            Language = texts,
            Title = texts["Directory_SetUpTwoSteps"],
            Path = DirectoryPaths.TwoSteps,
            Text = $"""
                <p>{(session.User.MustUseTwoSteps ? texts.Html("Directory_TwoStepsNeeded") + " " : "")}{texts.Html("Directory_TwoStepsWhy")}</p>
                <ol>
                <li>{texts.Html("Directory_TwoStepsInstall")}</li>
                <li>{texts.Html("Directory_TwoStepsScan", $"<a href=\"{Page.Encode(uri)}\">", "</a>")}
                <p>{QrCode.Svg(uri, texts["Directory_QrCode"])}</p>
                <p>{texts.Html("Directory_TwoStepsKey", $"<b>{string.Join(' ', key.Chunk(4).Select(static part => new string(part)))}</b>")}</p></li>
                <li>{texts.Html("Directory_TwoStepsCode")}</li>
                </ol>
                """,
            Problem = problem,
            Status = status,
            Return = next,
            Fields = WishFor(On)
                + DirectoryForms.Input("code", texts["Directory_Code"], "text", "one-time-code", "inputmode=\"numeric\" maxlength=\"12\"" + (problem is null ? "" : " autofocus"), problem is not null),
            Button = texts["Directory_TurnOn"],
        });
    }

    private Task WriteOnAsync(HttpContext context, Language texts, DirectorySession session, string next, string? problem, int status) => forms.WriteAsync(context, new DirectoryForm
    {
        Language = texts,
        Title = texts["Directory_TwoStepsOn"],
        Path = DirectoryPaths.TwoSteps,
        Text = $"""
            <p>{texts.Html("Directory_TwoStepsOnText")}</p>
            <p><a href="{DirectoryPaths.Root}{DirectoryPaths.RecoveryCodes}">{texts.Html("Directory_NewRecoveryCodes")}</a></p>
            {(session.User.MustUseTwoSteps ? "" : $"<p>{texts.Html("Directory_TwoStepsMove")}</p>")}
            """,
        Problem = problem,
        Status = status,
        Return = next,
        Fields = WishFor(Off),
        Button = texts["Directory_TurnOff"],
    });

    private static string WishFor(string what) => $"""<input type="hidden" name="{Wish}" value="{what}">""";

    [LoggerMessage(6412, LogLevel.Information, "'{User}' turned two-step verification on")]
    private partial void LogTurnedOn(string user);

    [LoggerMessage(6413, LogLevel.Warning, "'{User}' turned two-step verification off")]
    private partial void LogTurnedOff(string user);

    [LoggerMessage(6432, LogLevel.Warning, "'{User}' did not turn two-step verification on: too many wrong codes")]
    private partial void LogThrottled(string user);
}

using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>Where a person sets up two-step verification with an authenticator app, and turns it off.</summary>
internal sealed partial class TwoStepsPage(DirectoryForms forms, AccountGate gate, SignInThrottle throttle, KnownBrowsers browsers, RecoveryCodesPage recoveryCodes, ILogger<TwoStepsPage> logger)
{
    public async Task AskAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session)
        {
            return;
        }

        var next = ReturnPath.Read(context.Request);
        if (session.User.TwoFactorEnabled)
        {
            await WriteOnAsync(context, session, next, null);
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
            await signIn.UserManager.ResetAuthenticatorKeyAsync(session.User);
            await signIn.RefreshAsync(session);
        }

        await WriteSetUpAsync(context, signIn.UserManager, session, next, null, StatusCodes.Status200OK);
    }

    public async Task ChangeAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session || await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var next = ReturnPath.Read(context.Request, form);
        if (session.User.TwoFactorEnabled)
        {
            await TurnOffAsync(context, signIn, session, next);
            return;
        }

        if (!session.IsTwoSteps && await signIn.HasPasskeyAsync(session.User))
        {
            // A password alone must not bring in a second step beside the one that there is.
            DirectoryForms.Redirect(context, SignInPage.PathFor(session.User, Here(next)));
            return;
        }

        if (throttle.TryCode(session.User.Id, browsers.Find(context.Request, session.User.Id)) is not { } attempt)
        {
            await WriteSetUpAsync(context, signIn.UserManager, session, next, "There were too many wrong codes. Wait a few minutes, then try again.", StatusCodes.Status429TooManyRequests);
            return;
        }

        var code = new string([.. form["code"].ToString().Where(char.IsAsciiDigit)]);
        if (!await signIn.UserManager.VerifyTwoFactorTokenAsync(session.User, TokenOptions.DefaultAuthenticatorProvider, code))
        {
            await WriteSetUpAsync(context, signIn.UserManager, session, next, "The code is wrong. Check that the phone's clock is right, and type the code that the app shows now.", StatusCodes.Status400BadRequest);
            return;
        }

        attempt.Succeed();
        await signIn.UserManager.SetTwoFactorEnabledAsync(session.User, true);
        LogTurnedOn(session.User.UserName!);
        await signIn.StrengthenAsync(session, "otp");
        await recoveryCodes.WriteNewAsync(context, signIn.UserManager, session.User, next);
    }

    private static string Here(string next) => QueryHelpers.AddQueryString(DirectoryPaths.Root + DirectoryPaths.TwoSteps, ReturnPath.Parameter, next);

    private async Task TurnOffAsync(HttpContext context, DirectorySignIn signIn, DirectorySession session, string next)
    {
        if (!session.IsTwoSteps)
        {
            // Set up elsewhere since: then with it.
            DirectoryForms.Redirect(context, QueryHelpers.AddQueryString(DirectoryPaths.Root + DirectoryPaths.SignIn, ReturnPath.Parameter, DirectoryPaths.Root + DirectoryPaths.TwoSteps));
            return;
        }

        if (session.User.MustUseTwoSteps)
        {
            await WriteOnAsync(context, session, next, "You may not turn it off: whoever runs the gateway asks for it.");
            return;
        }

        await signIn.UserManager.SetTwoFactorEnabledAsync(session.User, false);
        await signIn.UserManager.ResetAuthenticatorKeyAsync(session.User);
        await signIn.RefreshAsync(session);
        LogTurnedOff(session.User.UserName!);
        await DirectoryForms.GoOnAsync(context, next);
    }

    private async Task WriteSetUpAsync(HttpContext context, UserManager<DirectoryUser> users, DirectorySession session, string next, string? problem, int status)
    {
        var key = await users.GetAuthenticatorKeyAsync(session.User) ?? "";
        var uri = QrCode.UriOf(context.Request.Host.Host, session.User.UserName!, key);
        await forms.WriteAsync(context, new DirectoryForm
        {
            Title = "Set up two-step verification",
            Path = DirectoryPaths.TwoSteps,
            Text = $"""
                <p>{(session.User.MustUseTwoSteps ? "Your account needs it. " : "")}With it, nobody signs in as you with your password alone.</p>
                <ol>
                <li>Install an authenticator app on your phone, if you have none.</li>
                <li>Scan this with it, or <a href="{Page.Encode(uri)}">open it in the app</a> on this device:
                <p>{QrCode.Svg(uri, "QR code for your authenticator app; the same as the key below")}</p>
                <p>Or type this key: <b>{string.Join(' ', key.Chunk(4).Select(static part => new string(part)))}</b></p></li>
                <li>Type the code that the app shows.</li>
                </ol>
                """,
            Problem = problem,
            Status = status,
            Return = next,
            Fields = DirectoryForms.Input("code", "Code", "text", "one-time-code", "inputmode=\"numeric\" maxlength=\"12\"" + (problem is null ? "" : " autofocus"), problem is not null),
            Button = "Turn on",
        });
    }

    private Task WriteOnAsync(HttpContext context, DirectorySession session, string next, string? problem) => forms.WriteAsync(context, new DirectoryForm
    {
        Title = "Two-step verification is on",
        Path = DirectoryPaths.TwoSteps,
        Text = $"""
            <p>You are asked for a code of your authenticator app whenever you sign in.</p>
            <p><a href="{DirectoryPaths.Root}{DirectoryPaths.RecoveryCodes}">New recovery codes</a></p>
            {(session.User.MustUseTwoSteps ? "" : "<p>To move it to another phone, turn it off, and set it up again.</p>")}
            """,
        Problem = problem,
        Return = next,
        Button = "Turn it off",
    });

    [LoggerMessage(6412, LogLevel.Information, "'{User}' turned two-step verification on")]
    private partial void LogTurnedOn(string user);

    [LoggerMessage(6413, LogLevel.Warning, "'{User}' turned two-step verification off")]
    private partial void LogTurnedOff(string user);
}

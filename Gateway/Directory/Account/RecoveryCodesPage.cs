using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>Recovery codes, for who has the phone no more.</summary>
internal sealed class RecoveryCodesPage(DirectoryForms forms, AccountGate gate, AccountChanges changes)
{
    public const int Count = 10;

    /// <summary>Of which account's state the form is: sent once more, as by a reload, it would make those worthless that were printed a moment ago.</summary>
    private const string State = "state";

    public async Task AskAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session)
        {
            return;
        }

        var next = ReturnPath.Read(context.Request);
        if (!session.User.TwoFactorEnabled || !session.IsTwoSteps)
        {
            // Who has them signs in with them first, and comes back here; setting them up shows codes too.
            DirectoryForms.Redirect(context, session.User.TwoFactorEnabled ? SignInPage.PathFor(session.User, ReturnPath.After(DirectoryPaths.RecoveryCodes, next)) : ReturnPath.After(DirectoryPaths.TwoSteps, next));
            return;
        }

        var texts = Language.Of(context.Request);
        var left = await signIn.UserManager.CountRecoveryCodesAsync(session.User);
        await forms.WriteAsync(context, new DirectoryForm
        {
            Language = texts,
            Title = texts["Account_RecoveryCodes"],
            Path = DirectoryPaths.RecoveryCodes,
            Text = $"<p>{(left == 1 ? texts.Html("Directory_RecoveryCodesLeftOne") : texts.Html("Directory_RecoveryCodesLeft", left))}</p>",
            Return = next,
            Fields = $"""<input type="hidden" name="{State}" value="{Page.Encode(session.User.ConcurrencyStamp)}">""",
            Button = texts["Directory_MakeRecoveryCodes"],
        });
    }

    public async Task RenewAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session || await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        if (!session.IsTwoSteps)
        {
            DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.RecoveryCodes, ReturnPath.Read(context.Request)));
            return;
        }

        var next = ReturnPath.Read(context.Request);
        if (form[State] != session.User.ConcurrencyStamp || await MakeAsync(signIn.UserManager, session.User) is not { } codes)
        {
            DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.RecoveryCodes, next));
            return;
        }

        changes.Write(context, session.User, "new recovery codes");
        await WriteAsync(context, codes, next);
    }

    /// <returns>Null where they could not be kept: the account changed meanwhile.</returns>
    public static async Task<IReadOnlyList<string>?> MakeAsync(UserManager<DirectoryUser> users, DirectoryUser user)
        => await users.GenerateNewTwoFactorRecoveryCodesAsync(user, Count) is { } codes ? [.. codes] : null;

    /// <summary>Shows new codes, this once.</summary>
    public static async Task WriteAsync(HttpContext context, IReadOnlyList<string> codes, string next)
    {
        var texts = Language.Of(context.Request);
        await new Page(
            texts["Directory_YourRecoveryCodes"],
            $"""
            <h1>{texts.Html("Directory_YourRecoveryCodes")}</h1>
            <p>{texts.Html("Directory_KeepRecoveryCodes")}</p>
            <ul>{string.Concat(codes.Select(static code => $"<li><code>{Page.Encode(code)}</code></li>"))}</ul>
            <div class="actions"><a class="button" href="{Page.Encode(next)}">{texts.Html("Directory_RecoveryCodesKept")}</a></div>
            """)
        {
            Language = texts,
        }.WriteAsync(context);
    }
}

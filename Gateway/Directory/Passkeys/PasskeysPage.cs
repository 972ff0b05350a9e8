using System.Globalization;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Directory.Account;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.Directory.Passkeys;

/// <summary>Where a person adds passkeys, names them and takes them away.</summary>
internal sealed partial class PasskeysPage(DirectoryForms forms, AccountGate gate, PasskeyCeremony ceremony, AccountChanges changes, ILogger<PasskeysPage> logger)
{
    private const int Most = 20;
    private const int LongestName = 100;

    public async Task AskAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await FindAsync(context, signIn) is { } session)
        {
            await WriteAsync(context, Language.Of(context.Request), signIn.UserManager, session.User, ReturnPath.Read(context.Request), null, StatusCodes.Status200OK);
        }
    }

    public async Task ChangeAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await FindAsync(context, signIn) is not { } session || await forms.ReadAsync(context) is not { } form)
        {
            return;
        }

        var texts = Language.Of(context.Request);
        var next = ReturnPath.Read(context.Request, form);
        var problem = form["do"].ToString() switch
        {
            "add" => await AddAsync(context, texts, signIn, session, form),
            "rename" => await RenameAsync(texts, signIn.UserManager, session.User, form),
            "remove" => await RemoveAsync(context, texts, signIn, session, form),
            _ => texts["Directory_NothingChosen"],
        };
        if (problem is null)
        {
            // A reload must not send the form again.
            DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.Passkeys, next));
            return;
        }

        await WriteAsync(context, texts, signIn.UserManager, session.User, next, problem, StatusCodes.Status400BadRequest);
    }

    /// <summary>Who has a second step signs in with it first: a password alone must not bring in another one.</summary>
    private async Task<DirectorySession?> FindAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await gate.FindAsync(context, signIn) is not { } session)
        {
            return null;
        }

        if (!session.IsTwoSteps && (session.User.TwoFactorEnabled || await signIn.HasPasskeyAsync(session.User)))
        {
            DirectoryForms.Redirect(context, SignInPage.PathFor(session.User, ReturnPath.After(DirectoryPaths.Passkeys, ReturnPath.Read(context.Request))));
            return null;
        }

        return session;
    }

    /// <returns>What went wrong.</returns>
    private async Task<string?> AddAsync(HttpContext context, Language texts, DirectorySignIn signIn, DirectorySession session, IFormCollection form)
    {
        if (NameOf(form) is not { } name)
        {
            return texts.Format("Directory_PasskeyNeedsName", LongestName);
        }

        if (form[PasskeyCeremony.Answer].ToString().Length == 0)
        {
            return texts["Directory_NoPasskeySent"];
        }

        if ((await signIn.UserManager.GetPasskeysAsync(session.User)).Count >= Most)
        {
            return texts.Format("Directory_TooManyPasskeys", Most);
        }

        var result = await ceremony.FinishAdditionAsync(context, form);
        if (result is null)
        {
            return texts["Directory_PasskeyTooLate"];
        }

        if (!result.Succeeded || result.UserEntity.Id != session.User.Id)
        {
            LogRefused(session.User.UserName!, PrintableText.Cut(result.Failure?.Message, PrintableText.LineLength) ?? "it was asked for by somebody else");
            return texts["Directory_PasskeyRefused"];
        }

        result.Passkey.Name = name;
        var added = await signIn.UserManager.AddOrUpdatePasskeyAsync(session.User, result.Passkey);
        if (!added.Succeeded)
        {
            return PasswordPage.Describe(texts, added);
        }

        LogAdded(session.User.UserName!);
        changes.Write(context, session.User, "passkey added");
        if (!session.IsTwoSteps)
        {
            // The device checked who it is a moment ago, and they gave their password before.
            await signIn.StrengthenAsync(session, DirectorySignIn.MethodOf(result.Passkey));
        }

        return null;
    }

    private static async Task<string?> RenameAsync(Language texts, UserManager<DirectoryUser> users, DirectoryUser user, IFormCollection form)
    {
        if (await FindPasskeyAsync(users, user, form) is not { } passkey)
        {
            return texts["Directory_PasskeyGone"];
        }

        if (NameOf(form) is not { } name)
        {
            return texts.Format("Directory_PasskeyNeedsName", LongestName);
        }

        passkey.Name = name;
        var renamed = await users.AddOrUpdatePasskeyAsync(user, passkey);
        return renamed.Succeeded ? null : PasswordPage.Describe(texts, renamed);
    }

    private async Task<string?> RemoveAsync(HttpContext context, Language texts, DirectorySignIn signIn, DirectorySession session, IFormCollection form)
    {
        var (users, user) = (signIn.UserManager, session.User);
        if (await FindPasskeyAsync(users, user, form) is not { } passkey)
        {
            return texts["Directory_PasskeyGone"];
        }

        if (user.MustUseTwoSteps && !user.TwoFactorEnabled && (await users.GetPasskeysAsync(user)).Count == 1)
        {
            return texts["Directory_LastSecondStep"];
        }

        var done = await changes.SaveAsync(context, user, "passkey removed", () => users.RemovePasskeyAsync(user, passkey.CredentialId), () => users.UpdateSecurityStampAsync(user));
        if (!done.Succeeded)
        {
            return PasswordPage.Describe(texts, done);
        }

        LogRemoved(user.UserName!);
        // This browser goes on at the directory.
        await signIn.RefreshAsync(session);
        return null;
    }

    private static string? NameOf(IFormCollection form) => form["name"].ToString().Trim() is { Length: > 0 and <= LongestName } name ? name : null;

    private static async Task<UserPasskeyInfo?> FindPasskeyAsync(UserManager<DirectoryUser> users, DirectoryUser user, IFormCollection form)
    {
        var id = form["id"].ToString();
        return (await users.GetPasskeysAsync(user)).FirstOrDefault(passkey => WebEncoders.Base64UrlEncode(passkey.CredentialId) == id);
    }

    private async Task WriteAsync(HttpContext context, Language texts, UserManager<DirectoryUser> users, DirectoryUser user, string next, string? problem, int status)
    {
        var passkeys = (await users.GetPasskeysAsync(user)).OrderBy(static passkey => passkey.CreatedAt).ToList();
        await forms.WriteAsync(context, new DirectoryForm
        {
            Language = texts,
            Title = texts["Account_Passkeys"],
            Path = DirectoryPaths.Passkeys,
            Text = $"<p>{texts.Html("Directory_PasskeysText")}</p>",
            Problem = problem,
            Status = status,
            Return = next,
            Script = PasskeyScript.Text,
            Fields = """<input type="hidden" name="do" value="add">"""
                + DirectoryForms.Input("name", texts["Directory_PasskeyName"], "text", "off", $"""maxlength="{LongestName}" """)
                + await ceremony.BeginAdditionAsync(context, texts, user),
            Button = texts["Directory_AddPasskey"],
            After = (passkeys.Count == 0 ? "" : $"""<h2>{texts.Html("Directory_YourPasskeys")}</h2><ul class="rows">{string.Concat(passkeys.Select(passkey => Render(context, texts, passkey, next)))}</ul><p class="quiet small">{texts.Html("Directory_PasskeyRemoval")}</p>""")
                + $"""<p><a href="{Page.Encode(next)}">{texts.Html("Directory_Done")}</a></p>""",
        });
    }

    private string Render(HttpContext context, Language texts, UserPasskeyInfo passkey, string next)
    {
        var name = Page.Encode(passkey.Name ?? texts["Directory_Passkey"]);
        var added = string.Create(CultureInfo.InvariantCulture, $"""<time datetime="{passkey.CreatedAt.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}">{passkey.CreatedAt.UtcDateTime:yyyy-MM-dd}</time>""");
        return $"""
            <li><div><b>{name}</b><br><span class="quiet small">{texts.Html("Directory_PasskeyAdded", added)}{(passkey.IsBackedUp ? " · " + texts.Html("Directory_PasskeyBackedUp") : "")}</span></div>
            {forms.Open(context, DirectoryPaths.Passkeys, next)}<input type="hidden" name="id" value="{WebEncoders.Base64UrlEncode(passkey.CredentialId)}">
            <input name="name" type="text" value="{name}" aria-label="{texts.Html("Directory_PasskeyNewName", name)}" maxlength="{LongestName}" autocomplete="off" required>
            <div class="actions"><button class="second" name="do" value="rename" aria-label="{texts.Html("Directory_RenamePasskey", name)}">{texts.Html("Directory_Rename")}</button><button class="second" name="do" value="remove" aria-label="{texts.Html("Directory_RemovePasskey", name)}">{texts.Html("Directory_Remove")}</button></div></form></li>
            """;
    }

    [LoggerMessage(6420, LogLevel.Information, "'{User}' added a passkey")]
    private partial void LogAdded(string user);

    [LoggerMessage(6421, LogLevel.Warning, "'{User}' removed a passkey")]
    private partial void LogRemoved(string user);

    [LoggerMessage(6422, LogLevel.Information, "A passkey that '{User}' wanted to add was refused: {Reason}")]
    private partial void LogRefused(string user, string reason);
}

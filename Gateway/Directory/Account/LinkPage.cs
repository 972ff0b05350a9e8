using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>Where a link leads that a command made: the first owner makes an account, anybody else sets a password.</summary>
internal sealed partial class LinkPage(DirectoryForms forms, AccountChanges changes, SignInRefusal refusal, ILogger<LinkPage> logger)
{
    private const string Secret = "secret";

    public async Task AskAsync(HttpContext context)
    {
        var secret = context.Request.Query[Secret].ToString();
        if (await FindAsync(context, secret) is { } found)
        {
            await WriteAsync(context, Language.Of(context.Request), secret, found.User, "", "", null, StatusCodes.Status200OK);
        }
    }

    public async Task UseAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await forms.ReadAsync(context) is not { } form || await FindAsync(context, form[Secret].ToString()) is not { } found)
        {
            return;
        }

        var texts = Language.Of(context.Request);
        var (secret, name, displayName) = (form[Secret].ToString(), form["name"].ToString().Trim(), form["display-name"].ToString().Trim());
        if (PasswordPage.Repeated(form) is not { } password)
        {
            await WriteAsync(context, texts, secret, found.User, name, displayName, texts["Directory_PasswordsDiffer"], StatusCodes.Status400BadRequest);
            return;
        }

        if (found.User is null && !(IsName(name) && IsName(displayName)))
        {
            await WriteAsync(context, texts, secret, null, name, displayName, texts.Format("Directory_NameRefused", StoreContext.NameLength), StatusCodes.Status400BadRequest);
            return;
        }

        var user = found.User ?? new DirectoryUser { UserName = name, Email = name.Contains('@', StringComparison.Ordinal) ? name : null, DisplayName = displayName, IsOwner = true };
        var result = await JudgeAsync(signIn.UserManager, user, password, isNew: found.User is null);
        if (result.Succeeded)
        {
            // Hashing takes long, and the store shall not wait for it.
            user.PasswordHash = signIn.UserManager.PasswordHasher.HashPassword(user, password);
            result = await TakeAsync(context, signIn.UserManager, found, user);
        }

        if (result is null)
        {
            await WriteGoneAsync(context);
            return;
        }

        if (!result.Succeeded)
        {
            await WriteAsync(context, texts, secret, found.User, name, displayName, PasswordPage.Describe(texts, result), StatusCodes.Status400BadRequest);
            return;
        }

        if (found.User is null)
        {
            LogOwner(name);
            changes.Write(context, user, "first owner, by a link");
        }
        else
        {
            LogPasswordSet(user.UserName!);
        }

        // Nobody is signed in by a link alone: a second step still has to be done.
        DirectoryForms.Redirect(context, DirectoryPaths.Root + DirectoryPaths.SignIn);
    }

    /// <summary>What the link is for; null, and answered, when it is for nothing any more.</summary>
    private async Task<Found?> FindAsync(HttpContext context, string secret)
    {
        var users = context.RequestServices.GetRequiredService<UserManager<DirectoryUser>>();
        if (await context.RequestServices.GetRequiredService<DirectoryLinks>().FindAsync(secret, context.RequestAborted) is { } link)
        {
            if (link.UserId is { } id)
            {
                if (await users.FindByIdAsync(id) is { IsDisabled: false } user)
                {
                    return new Found(link, user);
                }
            }
            else if (!await HasOwnerAsync(context))
            {
                return new Found(link, null);
            }
        }

        await WriteGoneAsync(context);
        return null;
    }

    private static Task<bool> HasOwnerAsync(HttpContext context)
        => context.RequestServices.GetRequiredService<StoreContext>().Set<DirectoryUser>().AnyAsync(static user => user.IsOwner, context.RequestAborted);

    /// <summary>Uses the link up and saves, or neither: a link whose use failed is still good.</summary>
    /// <returns>Null where somebody else used the link meanwhile.</returns>
    private async Task<IdentityResult?> TakeAsync(HttpContext context, UserManager<DirectoryUser> users, Found found, DirectoryUser user)
    {
        var isTaken = false;
        // A new stamp saves the user too.
        var result = found.User is null
            ? await WholeChange.RunAsync(context, UseUpAsync, () => users.CreateAsync(user))
            : await changes.SaveAsync(context, user, "password set by a link", UseUpAsync, () => users.UpdateSecurityStampAsync(user));
        return isTaken ? result : null;

        async Task<IdentityResult> UseUpAsync()
        {
            isTaken = await context.RequestServices.GetRequiredService<DirectoryLinks>().TakeAsync(found.Link, context.RequestAborted);
            return isTaken ? IdentityResult.Success : IdentityResult.Failed();
        }
    }

    /// <summary>What the store has room for, and every server takes.</summary>
    private static bool IsName(string name) => name.Length <= StoreContext.NameLength && !name.Any(char.IsControl);

    private static async Task<IdentityResult> JudgeAsync(UserManager<DirectoryUser> users, DirectoryUser user, string password, bool isNew)
    {
        if (await PasswordPage.JudgeAsync(users, user, password) is { Succeeded: false } weak)
        {
            return weak;
        }

        // Who is known was found in order before.
        foreach (var validator in isNew ? users.UserValidators : [])
        {
            if (await validator.ValidateAsync(users, user) is { Succeeded: false } refused)
            {
                return refused;
            }
        }

        return IdentityResult.Success;
    }

    private Task WriteGoneAsync(HttpContext context) => refusal.WritePageAsync(context, StatusCodes.Status410Gone, "link-gone");

    private Task WriteAsync(HttpContext context, Language texts, string secret, DirectoryUser? user, string name, string displayName, string? problem, int status) => forms.WriteAsync(context, new DirectoryForm
    {
        Language = texts,
        Title = user is null ? texts["Directory_FirstOwner"] : texts["Directory_ChoosePassword"],
        Path = DirectoryPaths.Link,
        Text = $"<p>{(user is null ? texts.Html("Directory_FirstOwnerText") : texts.Html("Directory_LinkFor", $"<b>{Page.Encode(user.Name)}</b>", Page.Encode(user.UserName)))}</p>",
        Problem = problem,
        Status = status,
        Fields = $"""<input type="hidden" name="{Secret}" value="{Page.Encode(secret)}">"""
            + (user is null
                ? DirectoryForms.Input("name", texts["Directory_UserName"], "text", "username", $"""value="{Page.Encode(name)}" maxlength="256" autocapitalize="none" spellcheck="false" autofocus""")
                    + DirectoryForms.Input("display-name", texts["Directory_YourName"], "text", "name", $"""value="{Page.Encode(displayName)}" maxlength="256" """)
                : $"""<input type="hidden" name="name" autocomplete="username" value="{Page.Encode(user.UserName)}">""")
            + PasswordPage.Fields(texts, problem is not null),
        Button = user is null ? texts["Directory_MakeAccount"] : texts["Directory_SetPassword"],
    });

    private sealed record Found(DirectoryLink Link, DirectoryUser? User);

    [LoggerMessage(6415, LogLevel.Information, "'{User}' set a password by a link")]
    private partial void LogPasswordSet(string user);

    [LoggerMessage(6416, LogLevel.Warning, "'{User}' is the gateway's first owner")]
    private partial void LogOwner(string user);
}

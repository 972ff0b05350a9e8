using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace AppProxy.Gateway.Directory.NativeClients;

/// <summary>
/// Where somebody types the code that a program shows, and says whether it may act for them (RFC 8628 section 3.3). Only who is signed in may try codes; nothing is
/// allowed by the link alone, since somebody else may have sent it.
/// </summary>
internal sealed partial class DevicePage(DirectoryForms forms, SignInThrottle throttle, IAuditLog log, ILogger<DevicePage> logger)
{
    private const string UserCode = OpenIddictConstants.Parameters.UserCode;

    public async Task InvokeAsync(HttpContext context, DirectorySignIn signIn, bool isPost)
    {
        // 1. Who is it?
        var typed = (context.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not read the request.")).UserCode ?? "";
        if (await FindAsync(context, signIn, typed) is not { } session)
        {
            return;
        }

        if (isPost && await forms.ReadAsync(context) is null)
        {
            return;
        }

        if (typed.Length == 0)
        {
            await AskForCodeAsync(context, null, StatusCodes.Status200OK);
            return;
        }

        // 2. What is the code for?
        if (throttle.TryDeviceCode(session.User.Id, out var wait) is not { } attempt)
        {
            if (throttle.IsToBeTold(context.Connection.RemoteIpAddress))
            {
                LogThrottled(session.User.UserName!);
            }

            var texts = Language.Of(context.Request);
            await AskForCodeAsync(context, TooManyTries.Tell(context, texts, texts["Directory_TooManyCodes"], wait), StatusCodes.Status429TooManyRequests);
            return;
        }

        var found = await context.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        if (found.Principal?.GetClaim(OpenIddictConstants.Claims.ClientId) is not { Length: > 0 } id || await ClientName.FindAsync(context, id) is not { } client)
        {
            await AskForCodeAsync(context, Language.Of(context.Request)["Device_Wrong"], StatusCodes.Status400BadRequest);
            return;
        }

        attempt.Succeed();

        // 3. May it?
        switch (isPost ? Consent.Read(context.Request.Form) : null)
        {
            case true:
                log.Write(Consent.Event(context, session.User, isAllowed: true, id));
                await context.SignInAsync(
                    OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, await DelegatedClaims.CreateAsync(signIn.UserManager, session, found.Principal.GetScopes()), EndingAt(DirectoryPaths.DeviceDone));
                break;
            case false:
                log.Write(Consent.Event(context, session.User, isAllowed: false, id));
                await context.ForbidAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, EndingAt(DirectoryPaths.DeviceDenied));
                break;
            default:
                await AskAsync(context, session.User, client, typed);
                break;
        }
    }

    /// <summary>The last page: the rest happens in the program.</summary>
    public static Task WriteEndAsync(HttpContext context, bool isAllowed)
    {
        var texts = Language.Of(context.Request);
        var (title, text) = isAllowed ? ("Device_Done_Title", "Device_Done") : ("Device_Denied_Title", "Device_Denied");
        return new Page(texts[title], $"<h1>{texts.Html(title)}</h1><p>{texts.Html(text)}</p>") { Language = texts }.WriteAsync(context);
    }

    /// <returns>Null when somebody must sign in first, who was sent there.</returns>
    private static async Task<DirectorySession?> FindAsync(HttpContext context, DirectorySignIn signIn, string typed)
    {
        var here = DirectoryPaths.Root + DirectoryPaths.Device;
        here = typed.Length == 0 ? here : QueryHelpers.AddQueryString(here, UserCode, typed);
        if (await signIn.FindAsync() is not { } session)
        {
            DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.SignIn, here));
            return null;
        }

        if (session.User.MustUseTwoSteps && !session.IsTwoSteps)
        {
            DirectoryForms.Redirect(context, await signIn.SecondStepPathAsync(session.User, here));
            return null;
        }

        // Its forms are bound to it.
        context.User = session.Principal;
        return session;
    }

    private Task AskForCodeAsync(HttpContext context, string? problem, int status)
    {
        var texts = Language.Of(context.Request);
        return forms.WriteAsync(context, new DirectoryForm
        {
            Language = texts,
            Title = texts["Device_Title"],
            Path = DirectoryPaths.Device,
            Text = $"<p>{texts.Html("Device_Text")}</p>",
            Problem = problem,
            Status = status,
            Fields = DirectoryForms.Input(UserCode, texts["Device_Code"], "text", "off", "inputmode=\"numeric\" maxlength=\"20\" autofocus", problem is not null),
            Button = texts["Device_Next"],
        });
    }

    private Task AskAsync(HttpContext context, DirectoryUser user, string client, string code)
    {
        var texts = Language.Of(context.Request);
        return forms.WriteAsync(context, Consent.Ask(
            texts,
            user,
            client,
            DirectoryPaths.Device,
            $"""<input type="hidden" name="{UserCode}" value="{Page.Encode(code)}">""",
            $"<p>{texts.Html("Device_Check", $"<b>{Page.Encode(code)}</b>")}</p>"));
    }

    private static AuthenticationProperties EndingAt(string path) => new() { RedirectUri = DirectoryPaths.Root + path };

    [LoggerMessage(6430, LogLevel.Warning, "A device code was refused: '{User}' tried too many")]
    private partial void LogThrottled(string user);
}

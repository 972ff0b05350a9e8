using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.SignOut;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>
/// Signing out at the directory (OpenID Connect RP-Initiated Logout 1.0), and of what began with it at the gateway: the same process, so that a
/// logout token on the back channel would only be a detour.
/// </summary>
internal sealed partial class EndSessionEndpoint(IProviderSignOut signOut, DirectoryForms forms, ILogger<EndSessionEndpoint> logger)
{
    private const string Confirmed = "confirmed";

    public async Task InvokeAsync(HttpContext context, DirectorySignIn signIn)
    {
        var request = context.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not read the request.");
        var hint = await context.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        if (await signIn.FindAsync() is { } session)
        {
            // Only who has the session's own token may end it by a link; anybody else's link asks (section 2).
            if (hint.Principal?.GetClaim(DirectorySession.Session) != session.Id && !((string?)request[Confirmed] == "yes" && await forms.IsOursAsync(context)))
            {
                await AskAsync(context, request, session);
                return;
            }

            // Not only in this browser: what was copied from it is over too, and all of it, also for who hangs up meanwhile.
            var count = await signOut.SignOutAsync(session.Id, SessionSelector.OfProvider(session.User.Id, session.Id), CancellationToken.None);
            await signIn.SignOutAsync();
            LogSignedOut(session.User.UserName!, count);
        }

        await context.SignOutAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, new AuthenticationProperties { RedirectUri = SignInPaths.SignedOut });
    }

    private Task AskAsync(HttpContext context, OpenIddictRequest request, DirectorySession session)
    {
        var texts = Language.Of(context.Request);
        var fields = string.Concat(request.GetParameters().Where(static parameter => parameter.Key is not (Confirmed or DirectoryForms.TokenField))
            .Select(static parameter => $"""<input type="hidden" name="{Page.Encode(parameter.Key)}" value="{Page.Encode((string?)parameter.Value)}">"""));
        return forms.WriteAsync(context, new DirectoryForm
        {
            Language = texts,
            Title = texts["SignOut_Title"],
            Path = DirectoryPaths.EndSession,
            Text = $"<p>{texts.Html("Directory_SignedInAs", $"<b>{Page.Encode(session.User.Name)}</b>", Page.Encode(session.User.UserName))}</p>",
            Fields = fields + $"""<input type="hidden" name="{Confirmed}" value="yes">""",
            Button = texts["SignOut_Button"],
        });
    }

    [LoggerMessage(6405, LogLevel.Information, "'{User}' signed out of the directory, and of {Count} sessions of the gateway")]
    private partial void LogSignedOut(string user, int count);
}

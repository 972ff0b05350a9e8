using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>An authorization request that OpenIddict found in order: answered for who is signed in as it asks, anybody else goes to the sign-in page first.</summary>
internal sealed class AuthorizationEndpoint(SignInDemand demand)
{
    public async Task InvokeAsync(HttpContext context, DirectorySignIn signIn, UserManager<DirectoryUser> users)
    {
        var request = context.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not read the request.");
        var session = await signIn.FindAsync();
        if (session is null || !demand.IsNewEnough(request, session))
        {
            await AskAsync(context, request, static back => QueryHelpers.AddQueryString(DirectoryPaths.Root + DirectoryPaths.SignIn, ReturnPath.Parameter, back), Errors.LoginRequired);
            return;
        }

        if (!session.IsTwoSteps && (session.User.MustUseTwoSteps || SignInDemand.NeedsTwoSteps(request)))
        {
            // Who has an authenticator or a passkey signs in with it; who has neither gets one now.
            var hasStep = session.User.TwoFactorEnabled || await signIn.HasPasskeyAsync(session.User);
            await AskAsync(
                context,
                request,
                back => hasStep ? SignInPage.PathFor(session.User, back) : QueryHelpers.AddQueryString(DirectoryPaths.Root + DirectoryPaths.TwoSteps, ReturnPath.Parameter, back),
                Errors.InteractionRequired);
            return;
        }

        await context.SignInAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, await DirectoryClaims.CreateAsync(users, session, request.GetScopes()));
    }

    private async Task AskAsync(HttpContext context, OpenIddictRequest request, Func<string, string> page, string error)
    {
        if (request.HasPromptValue(PromptValues.None))
        {
            await context.ForbidAsync(
                OpenIddictServerAspNetCoreDefaults.AuthenticationScheme,
                new AuthenticationProperties(new Dictionary<string, string?>
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "Somebody must sign in.",
                }));
            return;
        }

        var parameters = request.GetParameters().Where(static parameter => parameter.Key != SignInDemand.AskedParameter)
            .Select(static parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value))
            .Append(new(SignInDemand.AskedParameter, demand.Asked(request)));
        var back = QueryHelpers.AddQueryString(DirectoryPaths.Root + DirectoryPaths.Authorize, parameters);
        DirectoryForms.Redirect(context, page(back));
    }
}

using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.NativeClients;
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
internal sealed class AuthorizationEndpoint(SignInDemand demand, ConsentPage consent, IAuditLog log)
{
    public async Task InvokeAsync(HttpContext context, DirectorySignIn signIn, UserManager<DirectoryUser> users)
    {
        var request = context.GetOpenIddictServerRequest() ?? throw new InvalidOperationException("OpenIddict did not read the request.");
        var session = await signIn.FindAsync();
        if (session is null || !demand.IsNewEnough(request, session))
        {
            await AskAsync(
                context, request, static back => Task.FromResult(ReturnPath.After(DirectoryPaths.SignIn, back)), Errors.LoginRequired);
            return;
        }

        if (!session.IsTwoSteps && (session.User.MustUseTwoSteps || SignInDemand.NeedsTwoSteps(request)))
        {
            // Who has an authenticator or a passkey signs in with it; who has neither gets one now.
            await AskAsync(context, request, back => signIn.SecondStepPathAsync(session.User, back), Errors.InteractionRequired);
            return;
        }

        var isOurs = request.ClientId == DirectoryOptions.GatewayClientId;
        if (isOurs || await IsAllowedAsync(context, request, session))
        {
            await context.SignInAsync(
                OpenIddictServerAspNetCoreDefaults.AuthenticationScheme,
                isOurs ? await DirectoryClaims.CreateAsync(users, session, request.GetScopes()) : await DelegatedClaims.CreateAsync(users, session, request.GetScopes()));
        }
    }

    /// <summary>Whether somebody lets a program other than the gateway act for them; where that is not known or not so, the request was answered.</summary>
    private async Task<bool> IsAllowedAsync(HttpContext context, OpenIddictRequest request, DirectorySession session)
    {
        var asked = PathOf(request, static name => name != ConsentPage.Parameter);
        var answer = consent.Read(session, asked, (string?)request[ConsentPage.Parameter]);
        if (answer is { } isAllowed)
        {
            log.Write(Consent.Event(context, session.User, isAllowed, request.ClientId!));
        }

        switch (answer)
        {
            case true:
                return true;
            case false:
                await RefuseAsync(context, Errors.AccessDenied, "The person said no.");
                return false;
            default:
                if (request.HasPromptValue(PromptValues.None))
                {
                    await RefuseAsync(context, Errors.ConsentRequired, "Somebody must say whether they allow it.");
                }
                else
                {
                    await consent.AskAsync(context, session, await ClientName.FindAsync(context, request.ClientId!) ?? request.ClientId!, asked);
                }

                return false;
        }
    }

    private async Task AskAsync(HttpContext context, OpenIddictRequest request, Func<string, Task<string>> page, string error)
    {
        if (request.HasPromptValue(PromptValues.None))
        {
            await RefuseAsync(context, error, "Somebody must sign in.");
            return;
        }

        var back = PathOf(request, static name => name != SignInDemand.AskedParameter);
        DirectoryForms.Redirect(context, await page(QueryHelpers.AddQueryString(back, SignInDemand.AskedParameter, demand.Asked(request))));
    }

    private static string PathOf(OpenIddictRequest request, Func<string, bool> isWanted) => QueryHelpers.AddQueryString(
        DirectoryPaths.Root + DirectoryPaths.Authorize,
        request.GetParameters().Where(parameter => isWanted(parameter.Key)).Select(static parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value)));

    private static Task RefuseAsync(HttpContext context, string error, string description) => context.ForbidAsync(
        OpenIddictServerAspNetCoreDefaults.AuthenticationScheme,
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }));
}

using System.Globalization;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.SignIn.Cookies;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AppProxy.Gateway.SignIn.SignOut;

/// <summary>Signs a person out of all apps, here or everywhere, and then at the provider (OpenID Connect RP-Initiated Logout 1.0).</summary>
internal sealed class SignOutEndpoint(
    SessionRegistry sessions, SessionReader reader, Seal seal, GatewayOrigin origin, SignInOptions options, IOptionsMonitor<OpenIdConnectOptions> oidc, IAuditLog log, ILogger<SignOutEndpoint> logger, ISignOutEverywhere? elsewhere = null)
{
    private const int MaxForm = 8 * 1024;

    /// <summary>The page that asks: a link alone signs nobody out.</summary>
    public async Task AskAsync(HttpContext context)
    {
        if (await reader.FindAsync(context.Request, null, context.RequestAborted) is not { IsOver: false } session)
        {
            await SignInPages.WriteSignedOutAsync(context);
            return;
        }

        var endSession = (await FindProviderAsync(context.RequestAborted))?.EndSessionEndpoint;
        await SignInPages.WriteSignOutAsync(
            context, session.User, seal.FormToken(session.Id), string.IsNullOrEmpty(endSession) ? null : new Uri(endSession).GetLeftPart(UriPartial.Authority));
    }

    public async Task SignOutAsync(HttpContext context)
    {
        var session = await reader.FindAsync(context.Request, null, context.RequestAborted);
        if (session is not { IsOver: false })
        {
            Redirect(context, SignInPaths.SignedOut);
            return;
        }

        if (!context.Request.HasFormContentType || context.Request.ContentLength is not <= MaxForm || !Navigation.IsSameOrigin(context.Request)
            || await context.Request.ReadFormAsync(context.RequestAborted) is var form && !seal.IsFormToken(form["token"], session.Id))
        {
            await SignInPages.WriteProblemAsync(
                context, StatusCodes.Status400BadRequest, "You are still signed in", "This did not come from the gateway's own page. Open it to sign out.", "form-refused", context.TraceIdentifier);
            return;
        }

        // What the provider needs to know is read before it is gone.
        var idToken = (await sessions.Storage.FindAsync(session.Id, context.RequestAborted))?.IdToken;
        var isEverywhere = form["everywhere"] == "yes";
        if (isEverywhere && elsewhere is not null)
        {
            await elsewhere.SignOutAsync(session.User.Subject, context.RequestAborted);
        }

        var which = isEverywhere ? SessionSelector.AllOf(session.User.Subject) : SessionSelector.One(session.Id);
        var count = await sessions.EndAsync(which, context.RequestAborted);
        context.Response.Cookies.Delete(GatewayCookies.Session(context.Request), GatewayCookies.ForSession(context.Request, null, TimeSpan.Zero));
        log.Write(new AuditEvent
        {
            Kind = AuditKind.SignOut,
            Outcome = AuditEvent.Success,
            User = session.User.Id,
            UserName = session.User.UserPrincipalName,
            Address = AuditAddress.Of(context),
            Detail = string.Create(CultureInfo.InvariantCulture, $"{count} sessions"),
        });

        var provider = await FindProviderAsync(context.RequestAborted);
        Redirect(context, string.IsNullOrEmpty(provider?.EndSessionEndpoint) ? SignInPaths.SignedOut : new OpenIdConnectMessage
        {
            IssuerAddress = provider.EndSessionEndpoint,
            IdTokenHint = idToken,
            ClientId = options.ClientId,
            PostLogoutRedirectUri = origin.To(SignInPaths.SignedOut),
        }.CreateLogoutRequestUrl());
    }

    /// <summary>Null while the provider is away: people are signed out here all the same.</summary>
    private async Task<OpenIdConnectConfiguration?> FindProviderAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await oidc.Get(ProviderOptions.Scheme).ConfigurationManager!.GetConfigurationAsync(cancellationToken);
        }
        catch (InvalidOperationException away)
        {
            ProviderLog.ProviderAway(logger, away.GetBaseException().Message);
            return null;
        }
    }

    private static void Redirect(HttpContext context, string location)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = location;
    }
}

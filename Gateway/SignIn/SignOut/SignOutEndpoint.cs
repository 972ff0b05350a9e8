using System.Globalization;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.SignIn.Cookies;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AppProxy.Gateway.SignIn.SignOut;

/// <summary>Signs a person out of all apps, here or everywhere, and then at the provider (OpenID Connect RP-Initiated Logout 1.0).</summary>
internal sealed class SignOutEndpoint(
    SessionRegistry sessions, SessionReader reader, OwnForms forms, GatewayOrigin origin, SignInOptions options, IOptionsMonitor<OpenIdConnectOptions> oidc, IAuditLog log, ILogger<SignOutEndpoint> logger, IProviderSignOut? own = null)
{
    /// <summary>The page that asks: a link alone signs nobody out.</summary>
    public async Task AskAsync(HttpContext context)
    {
        if (await reader.FindAsync(context.Request, null, context.RequestAborted) is not { IsOver: false } session)
        {
            await SignInPages.WriteSignedOutAsync(context);
            return;
        }

        await SignInPages.WriteSignOutAsync(context, session.User, forms.TokenFor(session), await FindFormActionAsync(context.RequestAborted));
    }

    /// <summary>Where a form that signs out leads to, for the policy of its page: browsers hold redirects to it too.</summary>
    public async Task<string> FindFormActionAsync(CancellationToken cancellationToken)
    {
        var endSession = (await FindProviderAsync(cancellationToken))?.EndSessionEndpoint;
        return string.IsNullOrEmpty(endSession) ? "'self'" : "'self' " + new Uri(endSession).GetLeftPart(UriPartial.Authority);
    }

    public async Task SignOutAsync(HttpContext context)
    {
        var session = await reader.FindAsync(context.Request, null, context.RequestAborted);
        if (session is not { IsOver: false })
        {
            Redirect(context, SignInPaths.SignedOut);
            return;
        }

        if (await forms.ReadAsync(context, session) is not { } form)
        {
            return;
        }

        // What the provider needs to know is read before it is gone.
        var ticket = await sessions.Storage.FindAsync(session.Id, context.RequestAborted);
        var isEverywhere = form["everywhere"] == "yes";
        // From here on not the request's token: who hangs up is out all the same, at both.
        var count = isEverywhere ? await EndAllAsync(session.User.Subject) : await EndAsync(session, ticket?.ProviderSessionId);
        context.Response.Cookies.Delete(GatewayCookies.Session(context.Request), GatewayCookies.ForSession(context.Request, null, TimeSpan.Zero));
        log.Write(new AuditEvent
        {
            Kind = AuditKind.SignOut,
            Outcome = AuditEvent.Success,
            User = session.User.Id,
            UserName = session.User.UserPrincipalName,
            Address = AuditAddress.Of(context),
            Detail = string.Create(CultureInfo.InvariantCulture, $"sessions ended: {count}"),
        });

        var provider = await FindProviderAsync(context.RequestAborted);
        Redirect(context, string.IsNullOrEmpty(provider?.EndSessionEndpoint) ? SignInPaths.SignedOut : new OpenIdConnectMessage
        {
            IssuerAddress = provider.EndSessionEndpoint,
            IdTokenHint = ticket?.IdToken,
            ClientId = options.ClientId,
            PostLogoutRedirectUri = origin.To(SignInPaths.SignedOut),
        }.CreateLogoutRequestUrl());
    }

    private async Task<int> EndAllAsync(string subject)
    {
        if (own is not null)
        {
            await own.SignOutEverywhereAsync(subject, CancellationToken.None);
        }

        return await sessions.EndAsync(SessionSelector.AllOf(subject), CancellationToken.None);
    }

    /// <summary>
    /// The provider's session first, where it is in this process, with all that began with it: any other provider is asked by the browser, and tells us of the rest. Then this
    /// one in any case, also where it came from another of the provider's meanwhile.
    /// </summary>
    private async Task<int> EndAsync(Session session, string? providerSession)
    {
        var count = own is not null && providerSession is not null
            ? await own.SignOutAsync(providerSession, SessionSelector.OfProvider(session.User.Subject, providerSession), CancellationToken.None)
            : 0;
        return count + await sessions.EndAsync(SessionSelector.One(session.Id), CancellationToken.None);
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
            ProviderLog.ProviderAway(logger, null, away.GetBaseException().Message);
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

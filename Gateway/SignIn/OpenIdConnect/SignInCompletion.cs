using System.Security.Claims;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.SignIn.Cookies;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>Makes a session of what the provider answered, and sends its person on.</summary>
internal sealed partial class SignInCompletion(
    SessionRegistry sessions, SessionReader reader, HandOffIssuer handOff, ClaimsReader claims, Seal seal, SignInOptions options, IAuditLog log, TimeProvider time, ILogger<SignInCompletion> logger)
{
    public async Task CompleteAsync(HttpContext context, ClaimsPrincipal principal, AuthenticationProperties properties)
    {
        var now = time.GetUtcNow();
        var said = principal.Claims.ToList();
        var user = claims.Read(said);
        if (claims.AreGroupsElsewhere(said))
        {
            LogGroupsMissing(user.Id);
        }

        var ticket = new SessionTicket
        {
            Id = Guid.NewGuid(),
            User = user,
            AuthenticatedAt = claims.AuthenticatedAt(said),
            LastSeenAt = now,
            ExpiresAt = now + options.Lifetime,
            Client = SessionClient.Of(context),
            ProviderSessionId = principal.FindFirst("sid")?.Value,
            IdToken = properties.GetParameter<string>(OpenIdConnectParameterNames.IdToken),
        };

        // Who signs in once more goes on in the same session, which stays good on the apps' hosts; anybody else begins one of their own.
        var session = await reader.FindAsync(context.Request, null, context.RequestAborted);
        if (session is { IsOver: false } && session.User.Subject == user.Subject)
        {
            await sessions.RenewAsync(session, ticket with { Id = session.Id }, context.RequestAborted);
        }
        else
        {
            if (session is { IsEnded: false })
            {
                await sessions.EndAsync(SessionSelector.One(session.Id), context.RequestAborted);
                if (!session.IsExpired)
                {
                    log.Write(new AuditEvent
                    {
                        Kind = AuditKind.Revocation,
                        Outcome = AuditEvent.Success,
                        User = session.User.Id,
                        UserName = session.User.UserPrincipalName,
                        Address = AuditAddress.Of(context),
                        Detail = "somebody else signed in, in the same browser",
                    });
                }
            }

            session = await sessions.BeginAsync(ticket, context.RequestAborted);
        }

        // A new one each time: what somebody may have planted before is worth nothing.
        var cookie = await sessions.IssueTokenAsync(session, RequestHost.Of(context.Request), context.RequestAborted);
        context.Response.Cookies.Append(GatewayCookies.Session(context.Request), cookie, GatewayCookies.ForSession(context.Request, null, options.Lifetime));
        properties.Items.TryGetValue(ProviderEvents.Request, out var sealedRequest);
        var wanted = seal.OpenRequest(sealedRequest);
        var signedIn = new AuditEvent
        {
            Kind = AuditKind.SignIn,
            Outcome = AuditEvent.Success,
            User = user.Id,
            UserName = user.UserPrincipalName,
            App = wanted?.AppId,
            Address = AuditAddress.Of(context),
            Detail = user.AuthenticationMethods.Length > 0 ? "by " + string.Join(", ", user.AuthenticationMethods) : null,
        };
        log.Write(signedIn);
        if (wanted is not { } request)
        {
            context.Response.StatusCode = StatusCodes.Status302Found;
            context.Response.Headers.Location = properties.Items.TryGetValue(ProviderEvents.Target, out var target) ? target : "/";
            return;
        }

        if (request.StepUp?.IsMetBy(session) == false)
        {
            if (request.StepUp.NotBefore is null && !properties.Items.ContainsKey(ProviderEvents.Again))
            {
                // Many providers do two steps for who is signed in there already; others must be told to ask anew.
                await AskAgainAsync(context, request, properties);
                return;
            }

            // Sent back to the app, they would be sent here again, and again.
            LogStepUpMissing(user.Id, request.AppId);
            log.Write(signedIn with { Kind = AuditKind.StepUp, Outcome = "step-up-failed", Reference = session.Id.ToString("n") });
            await SignInPages.WriteProblemAsync(context, StatusCodes.Status403Forbidden, "step-up-failed", session.Id.ToString("n"));
            return;
        }

        await handOff.SendAsync(context, session, request, properties.Items.ContainsKey(ProviderEvents.Fragment));
    }

    private static Task AskAgainAsync(HttpContext context, SignInRequest request, AuthenticationProperties answered)
    {
        var properties = new AuthenticationProperties { RedirectUri = "/" };
        properties.Items[ProviderEvents.Again] = "1";
        foreach (var name in (string[])[ProviderEvents.Request, ProviderEvents.Fragment])
        {
            if (answered.Items.TryGetValue(name, out var value))
            {
                properties.Items[name] = value;
            }
        }

        properties.SetParameter(nameof(StepUp), request.StepUp);
        return context.ChallengeAsync(ProviderOptions.Scheme, properties);
    }

    [LoggerMessage(6110, LogLevel.Warning, "The provider did not give '{User}' the sign-in that app '{App}' asks for: see Gateway:SignIn:TwoStepsAcr, and whether the provider says auth_time")]
    private partial void LogStepUpMissing(string user, string app);

    [LoggerMessage(6105, LogLevel.Warning, "The provider left out the groups of '{User}', who is in too many: let it send groups assigned to the application only, or roles")]
    private partial void LogGroupsMissing(string user);
}

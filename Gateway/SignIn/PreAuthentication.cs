using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn.Bearer;
using AppProxy.Gateway.SignIn.Cors;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.SignIn;

/// <summary>
/// Finds out who makes a request to an app that asks for it (<c>aadPreAuthentication</c>), or answers it:
/// <para>1. by the session's cookie, from memory: nearly every request;</para>
/// <para>2. a preflight is answered by the app's rules, signed in or not;</para>
/// <para>3. by the cookie, asking the store;</para>
/// <para>4. by an access token, which then goes no further;</para>
/// <para>5. nobody: to sign in, or refused.</para>
/// </summary>
internal sealed class PreAuthentication(SessionReader sessions, BearerTokens tokens, SignInChallenge challenge, SignInRefusal refusal, ProviderState provider)
{
    /// <returns>Who it is; null when the request was answered.</returns>
    public ValueTask<ICaller?> AuthenticateAsync(HttpContext context, PublishedApp app)
    {
        // 1.
        var request = context.Request;
        return request.Headers.Authorization.Count == 0 && !IsUpgrade(request) && (app.CorsConfigurations.Count == 0 || !CorsRules.IsPreflight(request))
            && sessions.FindNow(request, app) is { } session
            ? new ValueTask<ICaller?>(session)
            : FindAsync(context, app);
    }

    private async ValueTask<ICaller?> FindAsync(HttpContext context, PublishedApp app)
    {
        // 2.
        var request = context.Request;
        if (CorsRules.IsPreflight(request) && CorsRules.TryAnswer(context, app))
        {
            return null;
        }

        // 3.
        var session = await sessions.FindAsync(request, app, context.RequestAborted);
        var isSignedIn = session is { IsOver: false };

        // 4.
        if (BearerTokens.TryRead(request, out var token))
        {
            var found = await tokens.CheckAsync(token, app, context.RequestAborted);
            if (found.Caller is { } caller)
            {
                // It was for us: the app has its own ways to know who it is.
                request.Headers.Authorization = default;
                if (!isSignedIn)
                {
                    return caller;
                }

                // Providers may name a person otherwise to each client: by id.
                if (caller.User.Id != session!.User.Id)
                {
                    await RefuseAsync(context, app, StatusCodes.Status400BadRequest, "two-identities", "The request says in two ways who sends it, and they differ.", null);
                    return null;
                }
            }
            else if (found.IsOurs || !isSignedIn)
            {
                // One that is ours goes no further, however bad; what is another's, and comes beside a session, is for the app.
                await (found.IsUndecided || (provider.IsAway && !isSignedIn) ? RefuseForNowAsync(context, app) : RefuseTokenAsync(context, app, found.Fault));
                return null;
            }
        }

        if (isSignedIn)
        {
            if (IsUpgrade(request) && !IsOfOwnPage(request, app))
            {
                // Browsers send cookies along with anybody's WebSocket on the same site, and ask nobody before.
                await RefuseAsync(context, app, StatusCodes.Status403Forbidden, "foreign-origin", "Pages of other sites may not open this.", null);
                return null;
            }

            return Use(session!);
        }

        // 5.
        if (provider.IsAway)
        {
            await RefuseForNowAsync(context, app);
            return null;
        }

        CorsRules.LetRead(context, app);
        await challenge.ChallengeAsync(context, app, session);
        return null;
    }

    private Task RefuseTokenAsync(HttpContext context, PublishedApp app, string? fault)
    {
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{app.Id}\", error=\"invalid_token\", error_description=\"{fault}\"";
        return RefuseAsync(context, app, StatusCodes.Status401Unauthorized, "token-refused", "The access token was not accepted.", fault);
    }

    private Task RefuseForNowAsync(HttpContext context, PublishedApp app)
    {
        context.Response.Headers.RetryAfter = "5";
        return RefuseAsync(context, app, StatusCodes.Status503ServiceUnavailable, SignInRefusal.ProviderAway, "The sign-in provider cannot be reached. Please try again in a moment.", null);
    }

    private Task RefuseAsync(HttpContext context, PublishedApp app, int status, string token, string title, string? detail)
    {
        CorsRules.LetRead(context, app);
        return refusal.WriteAsync(context, status, token, title, app.Id, detail);
    }

    private static bool IsUpgrade(HttpRequest request) => request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(request.Method);

    private static bool IsOfOwnPage(HttpRequest request, PublishedApp app)
    {
        var origin = request.Headers.Origin;
        return origin.Count == 0
            || (origin.Count == 1 && (origin[0]!.Equals(RequestHost.OriginOf(request), StringComparison.OrdinalIgnoreCase) || CorsRules.IsNamed(request, app)));
    }

    private static Session Use(Session session)
    {
        session.Touch();
        return session;
    }
}

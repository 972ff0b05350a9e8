using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn.Cookies;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>
/// Sends a person from an app's host to the gateway's own, to sign in there:
/// <para>1. where they were going is kept in their browser, on this host (and a form that they sent, at the gateway);</para>
/// <para>2. a secret lies beside it, and only its hash goes along;</para>
/// <para>3. the gateway's own host sends them back to <see cref="HandOffEndpoint"/> with a single-use code that is good with that secret only.</para>
/// Whatever is no page navigation gets 401.
/// </summary>
internal sealed class SignInChallenge(Seal seal, GatewayOrigin origin, RequestKeeper keeper, SignInRefusal refusal, TimeProvider time)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>Cookies of sign-ins under way, of which one has several for a long address; more are of forgotten tabs, and would fill the request's head.</summary>
    private const int MostPending = 6;

    /// <summary>A target of 16 KB is more than one cookie holds.</summary>
    private static readonly ChunkingCookieManager Chunks = new();

    /// <param name="session">Over, or not enough; null where there is none.</param>
    /// <param name="stepUp">What is missing beyond a session.</param>
    public async Task ChallengeAsync(HttpContext context, PublishedApp app, Session? session, StepUp? stepUp = null)
    {
        var request = context.Request;
        var isGet = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (!Navigation.Is(context) || (!isGet && session is null))
        {
            await RefuseAsync(context, app, session);
            return;
        }

        // 1.
        var target = TargetOf(context);
        Guid? kept = null;
        if (!isGet && (session is not { IsEnded: false } || !RequestKeeper.IsKeepable(request) || (kept = await keeper.KeepAsync(context, session.User.Subject, target)) is null))
        {
            await RefuseAsync(context, app, session);
            return;
        }

        // 2.
        var secret = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var expires = (time.GetUtcNow() + Life).ToUnixTimeMilliseconds();

        // Begins with its age, so that the oldest are known without opening them.
        var id = string.Create(CultureInfo.InvariantCulture, $"{expires:X12}{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}");
        ForgetOthers(context);
        Chunks.AppendResponseCookie(
            context,
            GatewayCookies.Pending(request, id),
            seal.Close(new PendingSignIn(secret, target, kept, expires), RequestHost.Of(request)),
            GatewayCookies.ForPending(request, Life));

        // 3.
        var sealedRequest = seal.Close(new SignInRequest(RequestHost.OriginOf(request), app.Id, id, BindingOf(secret), stepUp, expires));
        context.Response.StatusCode = isGet ? StatusCodes.Status302Found : StatusCodes.Status303SeeOther;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = $"{origin.To(SignInPaths.SignIn)}?r={sealedRequest}";
    }

    public static string BindingOf(string secret) => TokenHash.Compute(Encoding.ASCII.GetBytes(secret)).ToString();

    public static string? ReadPending(HttpContext context, string id) => Chunks.GetRequestCookie(context, GatewayCookies.Pending(context.Request, id));

    public static void DeletePending(HttpContext context, string id) =>
        Chunks.DeleteCookie(context, GatewayCookies.Pending(context.Request, id), GatewayCookies.ForPending(context.Request, Life));

    private Task RefuseAsync(HttpContext context, PublishedApp app, Session? session)
    {
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{app.Id}\"";
        return session is { IsOver: true }
            ? refusal.WriteAsync(context, StatusCodes.Status401Unauthorized, SignInRefusal.SessionExpired, "You were signed out. Open the app again to sign in; what was sent was not passed on.", app.Id)
            : refusal.WriteAsync(context, StatusCodes.Status401Unauthorized, SignInRefusal.SignInRequired, "This app asks people to sign in.", app.Id);
    }

    /// <summary>The oldest, until there is room for one more.</summary>
    private static void ForgetOthers(HttpContext context)
    {
        var pending = GatewayCookies.PendingIn(context.Request).GroupBy(static cookie => cookie.Id, static cookie => cookie.Name).OrderBy(static cookies => cookies.Key, StringComparer.Ordinal).ToList();
        var left = pending.Sum(static cookies => cookies.Count());
        foreach (var cookies in pending.TakeWhile(_ => left >= MostPending))
        {
            foreach (var name in cookies)
            {
                left--;
                context.Response.Cookies.Delete(name, GatewayCookies.ForPending(context.Request, Life));
            }
        }
    }

    /// <summary>As the client wrote it, so that it comes back the same. In absolute form only what follows the authority counts.</summary>
    private static string TargetOf(HttpContext context)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var target = raw.StartsWith('/') ? raw : context.Request.PathBase.ToUriComponent() + context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();

        // The fragment is no part of a request, whatever a client sends.
        return target.IndexOf('#', StringComparison.Ordinal) is var end and >= 0 ? target[..end] : target;
    }
}

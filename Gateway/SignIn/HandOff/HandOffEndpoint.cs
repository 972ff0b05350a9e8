using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn.Cookies;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>What is ours on an app's host: the end of signing in, and the way to sign out.</summary>
internal sealed partial class HandOffEndpoint(
    SessionRegistry sessions, Seal seal, RequestKeeper keeper, GatewayOrigin origin, SignInRefusal refusal, TimeProvider time, ILogger<HandOffEndpoint> logger)
{
    /// <summary>Answers a request below <c>/.appproxy/</c>; null when nothing of ours is there.</summary>
    public Task? TryInvoke(HttpContext context, PublishedApp app) => context.Request.Path.Value switch
    {
        SignInPaths.AppHandOff when HttpMethods.IsGet(context.Request.Method) => TakeAsync(context, app),
        SignInPaths.AppSignOut when HttpMethods.IsGet(context.Request.Method) => GoToSignOut(context),
        _ => null,
    };

    private async Task TakeAsync(HttpContext context, PublishedApp app)
    {
        var request = context.Request;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.CacheControl = "no-store";
        var host = RequestHost.Of(request);
        var id = request.Query["id"].ToString();
        var isId = id.Length is > 0 and <= 32 && id.All(char.IsAsciiHexDigit);
        var pending = isId ? seal.OpenPending(SignInChallenge.ReadPending(context, id), host) : null;

        // The code is used up by whoever shows it, so that one that was stolen is of no use afterwards either.
        var code = TokenHash.TryCompute(request.Query["code"].ToString(), out var hash) ? await sessions.Storage.TakeCodeAsync(hash, context.RequestAborted) : null;
        var now = time.GetUtcNow();
        var fault = pending is null || pending.ExpiresAt < now.ToUnixTimeMilliseconds() ? "no such sign-in is under way in this browser"
            : code is null || code.ExpiresAt < now ? "the code was used before, or is too old"
            : code.Host != host ? "the code is for another host"
            : code.Binding != SignInChallenge.BindingOf(pending.Secret) ? "the code is another browser's"
            : null;
        if (fault is not null || await sessions.ReadAsync(code!.Session, context.RequestAborted) is not { IsOver: false } session)
        {
            LogRefused(app.Id, fault ?? "the session is over");
            await refusal.WriteAsync(
                context, StatusCodes.Status400BadRequest, "hand-off-refused",
                "Signing in did not come to its end in this browser. Open the app again; if that does not help, allow cookies for this site.", app.Id, fault);
            return;
        }

        var cookie = await sessions.IssueTokenAsync(session, host, context.RequestAborted);
        context.Response.Cookies.Append(
            GatewayCookies.Session(request, app.IsSecureCookieEnabled), cookie, GatewayCookies.ForSession(request, app, session.ExpiresAt - now));
        SignInChallenge.DeletePending(context, id);
        if (pending!.Kept is { } kept && await keeper.TakeAsync(kept, session, host, context.RequestAborted) is { } again)
        {
            using var reader = new FormReader(again.Body) { ValueCountLimit = int.MaxValue, KeyLengthLimit = RequestKeeper.MaxBody, ValueLengthLimit = RequestKeeper.MaxBody };
            var form = reader.ReadForm();
            await SignInPages.WriteRepeatAsync(
                context, RequestHost.OriginOf(request) + again.Target, form.SelectMany(static field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? ""))));
            return;
        }

        // Absolute, so that a path that begins with two slashes is no other host.
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = RequestHost.OriginOf(request) + pending.Target;
    }

    private Task GoToSignOut(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = origin.To(SignInPaths.SignOut);
        return Task.CompletedTask;
    }

    [LoggerMessage(6102, LogLevel.Information, "Hand-off to app '{App}' refused: {Reason}")]
    private partial void LogRefused(string app, string reason);
}

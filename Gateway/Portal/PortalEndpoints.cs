using AppProxy.Gateway.Access.Requests;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.Portal;

/// <summary>The portal on the gateway's own host. Everything in it is for who signed in; everybody else is led there and back.</summary>
internal sealed class PortalEndpoints(
    GatewayOrigin origin, SessionReader sessions, SignInEndpoint signIn, SignInRefusal refusal, AppsPage apps, AccountPage account, RequestAccessPage requestAccess, AppList list, RecentApps recent,
    CatalogueStore catalogue)
{
    /// <summary>Answers the request; null when nothing of ours is there, or it came under another name than the gateway's.</summary>
    public Task? TryInvoke(HttpContext context)
    {
        var request = context.Request;
        return !origin.IsOf(request) || Find(request.Path.Value ?? "", HttpMethods.IsPost(request.Method), HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) is not { } answer
            ? null
            : InvokeAsync(context, answer);
    }

    private Func<HttpContext, Session, Task>? Find(string path, bool isPost, bool isGet) => path switch
    {
        PortalPaths.Home when isGet => apps.WriteAsync,
        PortalPaths.Account when isGet => account.WriteAsync,
        PortalPaths.EndSession when isPost => account.EndAsync,
        AccessRequestLink.Path when isGet => requestAccess.WriteAsync,
        AccessRequestLink.Path when isPost => requestAccess.AskAsync,
        _ when isGet && path.StartsWith(PortalPaths.Open, StringComparison.Ordinal) => OpenAsync,
        _ when isGet && path.StartsWith(PortalPaths.Icon, StringComparison.Ordinal) => WriteIconAsync,
        _ => null,
    };

    private async Task InvokeAsync(HttpContext context, Func<HttpContext, Session, Task> answer)
    {
        if (await sessions.FindAsync(context.Request, null, context.RequestAborted) is { IsOver: false } session)
        {
            session.Touch();
            await answer(context, session);
            return;
        }

        await LeadToSignInAsync(context);
    }

    private Task LeadToSignInAsync(HttpContext context)
    {
        var request = context.Request;
        return !Navigation.Is(context) ? refusal.WriteAsync(context, StatusCodes.Status401Unauthorized, "sign-in-required", "Sign in first.", "portal")
            : HttpMethods.IsPost(request.Method) ? WriteTooLateAsync(context)
            : signIn.GoAsync(context, request.Path.ToUriComponent() + request.QueryString.ToUriComponent());
    }

    /// <summary>A form that came too late does nothing. Nor does it lead to the provider: browsers hold redirects after a form to where its page lets forms lead.</summary>
    private static Task WriteTooLateAsync(HttpContext context)
    {
        var texts = Language.Of(context.Request);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return new Page(
            texts["NotSignedIn_Title"],
            $"""<h1>{texts.Html("NotSignedIn_Title")}</h1><p>{texts.Html("Portal_TooLate")}</p><p class="actions"><a class="button" href="{PortalPaths.Home}">{texts.Html("SignedOut_Again")}</a></p>""")
        {
            Language = texts,
        }.WriteAsync(context);
    }

    /// <summary>Goes to an app, and notes it. Where it goes is the catalogue's to say, and nobody else's.</summary>
    private Task OpenAsync(HttpContext context, Session session)
    {
        if (list.Find(context.Request.Path.Value![PortalPaths.Open.Length..], session, context.Connection.RemoteIpAddress) is not { } app)
        {
            return WriteMissingAsync(context);
        }

        recent.Note(context, session, app.App.Id);
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = app.HomeUrl;
        return Task.CompletedTask;
    }

    private Task WriteIconAsync(HttpContext context, Session session)
    {
        if (catalogue.Current.TryGet(context.Request.Path.Value![PortalPaths.Icon.Length..], out var app) && app.Presentation.Icon is { } icon)
        {
            return AppIcons.WriteAsync(context, icon);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task WriteMissingAsync(HttpContext context)
    {
        var texts = Language.Of(context.Request);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return PortalPage.Card(
            texts,
            texts["Portal_MissingTitle"],
            $"""<h1>{texts.Html("Portal_MissingTitle")}</h1><p>{texts.Html("Portal_Missing")}</p><p class="actions"><a class="button" href="{PortalPaths.Home}">{texts.Html("Portal_Apps")}</a></p>""").WriteAsync(context);
    }
}

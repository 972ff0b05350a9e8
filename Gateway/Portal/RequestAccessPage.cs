using AppProxy.Gateway.Access;
using AppProxy.Gateway.Access.Requests;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.Portal;

/// <summary>Asks for an app, and tells how that stands.</summary>
internal sealed partial class RequestAccessPage(
    CatalogueStore catalogue, Authorization authorization, OwnForms forms, TimeProvider time, ILogger<RequestAccessPage> logger, AccessRequests? requests = null)
{
    private const string Reason = "reason";
    private const string TooMany = "too-many";

    public async Task WriteAsync(HttpContext context, Session session)
    {
        var texts = Language.Of(context.Request);
        if (Find(context.Request.Query[AccessRequestLink.App]) is not { } app)
        {
            await WriteUnknownAsync(context, texts);
            return;
        }

        var name = Page.Encode(app.DisplayName);
        string body;
        if (authorization.Decide(app, session, context.Connection.RemoteIpAddress).Outcome != AccessOutcome.NotAssigned)
        {
            body = $"""<p>{texts.Html("Request_Assigned")}</p><p class="actions"><a class="button" href="{PortalPaths.Open}{Uri.EscapeDataString(app.Id)}">{texts.Html("Request_Open", name)}</a></p>""";
        }
        else
        {
            var now = time.GetUtcNow();
            var before = await requests!.FindAsync(app, session.User, context.RequestAborted);
            body = before switch
            {
                { State: AccessRequestState.Pending } => $"""<p class="notice" role="status">{texts.Html("Request_Waits", Ago.Render(texts, DateTimeOffset.FromUnixTimeMilliseconds(before.RequestedAt), now))}</p>{BackHome(texts)}""",
                { State: AccessRequestState.Denied, DecidedAt: { } at } when now - DateTimeOffset.FromUnixTimeMilliseconds(at) < AccessRequests.Cooling =>
                    $"""<p class="notice" role="status">{texts.Html("Request_Denied", Ago.Render(texts, DateTimeOffset.FromUnixTimeMilliseconds(at), now))}</p>{BackHome(texts)}""",
                _ => RenderForm(context, texts, session, app),
            };
        }

        var title = texts.Format("Request_Title", app.DisplayName);
        await PortalPage.Card(texts, title, $"<h1>{Page.Encode(title)}</h1>{body}").WriteAsync(context);
    }

    public async Task AskAsync(HttpContext context, Session session)
    {
        if (await forms.ReadAsync(context, session) is not { } form)
        {
            return;
        }

        var texts = Language.Of(context.Request);
        if (Find(form[AccessRequestLink.App]) is not { } app)
        {
            await WriteUnknownAsync(context, texts);
            return;
        }

        var outcome = authorization.Decide(app, session, context.Connection.RemoteIpAddress).Outcome == AccessOutcome.NotAssigned
            ? await requests!.AskAsync(app, session.User, form[Reason].ToString(), context.RequestAborted)
            : AskOutcome.AskedBefore;
        if (outcome == AskOutcome.Asked)
        {
            LogAsked(session.User.Id, app.Id);
        }

        // Whatever it was: the page tells how it stands.
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = AccessRequestLink.PathOf(app) + (outcome == AskOutcome.TooMany ? "&" + TooMany : "");
    }

    /// <summary>An app that can be asked for.</summary>
    private PublishedApp? Find(string? id) =>
        requests is not null && id is { Length: > 0 } && catalogue.Current.TryGet(id, out var app)
            && app.ExternalAuthenticationType != ExternalAuthenticationType.Passthru && app.Relay.IsAccessRequestEnabled
            ? app
            : null;

    private string RenderForm(HttpContext context, Language texts, Session session, PublishedApp app) => $"""
        {(context.Request.Query.ContainsKey(TooMany) ? $"""<p class="notice bad" role="alert">{texts.Html("Request_TooMany", AccessRequests.MostPending)}</p>""" : "")}
        <p>{texts.Html("Request_Text", Page.Encode(session.User.UserPrincipalName))}</p>
        <form method="post" action="{AccessRequestLink.Path}">
        <input type="hidden" name="{OwnForms.Token}" value="{Page.Encode(forms.TokenFor(session))}">
        <input type="hidden" name="{AccessRequestLink.App}" value="{Page.Encode(app.Id)}">
        <label for="reason">{texts.Html("Request_Reason")}</label>
        <textarea id="reason" name="{Reason}" maxlength="{AccessRequests.MaxReason}"></textarea>
        <div class="actions"><button>{texts.Html("Request_Button")}</button><a href="{PortalPaths.Home}">{texts.Html("Cancel")}</a></div>
        </form>
        """;

    private static string BackHome(Language texts) => $"""<p class="actions"><a class="button second" href="{PortalPaths.Home}">{texts.Html("Portal_Apps")}</a></p>""";

    private static Task WriteUnknownAsync(HttpContext context, Language texts)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return PortalPage.Card(texts, texts["Request_UnknownTitle"], $"<h1>{texts.Html("Request_UnknownTitle")}</h1><p>{texts.Html("Request_Unknown")}</p>{BackHome(texts)}").WriteAsync(context);
    }

    [LoggerMessage(6701, LogLevel.Information, "'{User}' asks for app '{App}': see 'access requests list'")]
    private partial void LogAsked(string user, string app);
}

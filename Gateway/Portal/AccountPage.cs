using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.SignOut;

namespace AppProxy.Gateway.Portal;

/// <summary>Who I am here, where else I am signed in, and a way to end that.</summary>
internal sealed class AccountPage(
    SessionRegistry sessions, OwnForms forms, SignOutEndpoint signOut, SignInOptions options, IEnumerable<AccountLink> links, IAuditLog log, TimeProvider time, IProviderSignOut? own = null)
{
    private const string SessionField = "session";
    private const string Ended = "ended";
    private const int MostSessions = 50;

    private readonly AccountLink[] _links = [.. links];

    public async Task WriteAsync(HttpContext context, Session session)
    {
        var texts = Language.Of(context.Request);
        var now = time.GetUtcNow();
        var user = session.User;
        var token = $"""<input type="hidden" name="{OwnForms.Token}" value="{Page.Encode(forms.TokenFor(session))}">""";
        var all = (await sessions.Storage.FindAllAsync(user.Subject, context.RequestAborted))
            .Select(ticket => ticket.Id == session.Id ? ticket with { LastSeenAt = session.LastSeenAt } : ticket)
            .Where(ticket => ticket.ExpiresAt > now && ticket.LastSeenAt + options.IdleTimeout > now)
            .OrderByDescending(ticket => ticket.Id == session.Id).ThenByDescending(static ticket => ticket.LastSeenAt).Take(MostSessions);
        var body = $"""
            <h1>{texts.Html("Portal_Account")}</h1>
            {(context.Request.Query.ContainsKey(Ended) ? $"""<p class="notice" role="status">{texts.Html("Account_Ended")}</p>""" : "")}
            <section class="card" aria-labelledby="who"><h2 id="who">{texts.Html("Account_Who")}</h2>
            <dl class="plain">
            <dt>{texts.Html("Account_Name")}</dt><dd>{Page.Encode(user.DisplayName)}</dd>
            <dt>{texts.Html("Fact_Account")}</dt><dd>{Page.Encode(user.UserPrincipalName)}</dd>
            <dt>{texts.Html("Account_SignedIn")}</dt><dd>{Ago.Render(texts, BeganAt(session.AuthenticatedAt, session.ExpiresAt), now)}, {texts.Html(TwoSteps.Are(user) ? "Account_TwoSteps" : "Account_OneStep")}</dd>
            </dl></section>
            {RenderLinks(texts)}
            <section class="card" aria-labelledby="where"><h2 id="where">{texts.Html("Account_Sessions")}</h2>
            <ul class="rows">{string.Concat(all.Select(ticket => RenderSession(texts, ticket, ticket.Id == session.Id, token, now)))}</ul>
            <form class="actions" method="post" action="{SignInPaths.SignOut}">{token}<input type="hidden" name="everywhere" value="yes"><button>{texts.Html("Account_SignOutEverywhere")}</button></form>
            </section>
            """;
        await PortalPage.Wide(texts, texts["Portal_Account"], body, PortalPaths.Account, formAction: await signOut.FindFormActionAsync(context.RequestAborted)).WriteAsync(context);
    }

    /// <summary>Ends one session of the same person's.</summary>
    public async Task EndAsync(HttpContext context, Session session)
    {
        if (await forms.ReadAsync(context, session) is not { } form)
        {
            return;
        }

        var ended = Guid.TryParse(form[SessionField], out var id) ? await EndAsync(id, session.User.Subject) : 0;
        if (ended > 0)
        {
            log.Write(new AuditEvent
            {
                Kind = AuditKind.SignOut,
                Outcome = AuditEvent.Success,
                User = session.User.Id,
                UserName = session.User.UserPrincipalName,
                Address = AuditAddress.Of(context),
                Detail = "from another session; sessions ended: 1",
            });
        }

        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = ended > 0 ? $"{PortalPaths.Account}?{Ended}" : PortalPaths.Account;
    }

    /// <summary>With the provider's session, where it is in this process: who comes back would be signed in again unseen.</summary>
    private async Task<int> EndAsync(Guid id, string subject)
    {
        // Not the request's token: who hangs up has asked for it.
        var which = SessionSelector.One(id) with { Subject = subject };
        return own is not null && await sessions.Storage.FindAsync(id, CancellationToken.None) is { ProviderSessionId: { } session } ticket && ticket.User.Subject == subject
            ? await own.SignOutAsync(session, which, CancellationToken.None)
            : await sessions.EndAsync(which, CancellationToken.None);
    }

    private string RenderLinks(Language texts) => _links.Length == 0 ? "" : $"""
        <section class="card" aria-labelledby="safe"><h2 id="safe">{texts.Html("Account_Safety")}</h2>
        <ul>{string.Concat(_links.Select(link => $"""<li><a href="{Page.Encode(link.Path)}">{texts.Html(link.Text)}</a></li>"""))}</ul></section>
        """;

    /// <summary>Where the provider does not say when it saw them: when it sent them here.</summary>
    private DateTimeOffset BeganAt(DateTimeOffset authenticatedAt, DateTimeOffset expiresAt) => authenticatedAt > SignInTime.Unknown ? authenticatedAt : expiresAt - options.Lifetime;

    private string RenderSession(Language texts, SessionTicket ticket, bool isThis, string token, DateTimeOffset now)
    {
        var (browser, system) = BrowserName.Of(ticket.Client?.UserAgent);
        var name = (browser, system) switch
        {
            (null, null) => texts.Html("Account_UnknownBrowser"),
            (_, null) => browser,
            (null, _) => system,
            _ => texts.Html("Account_Browser", browser, system),
        };
        var from = ticket.Client?.Address is { } address ? $"{Page.Encode(address)} · " : "";
        return $"""
            <li><div><b>{name}</b>{(isThis ? $" <span class=\"badge\">{texts.Html("Account_This")}</span>" : "")}<br>
            <span class="quiet small">{from}{texts.Html("Account_Used", Ago.Render(texts, ticket.LastSeenAt, now))} · {texts.Html("Account_Began", Ago.Render(texts, BeganAt(ticket.AuthenticatedAt, ticket.ExpiresAt), now))}</span></div>
            {(isThis
                ? $"""<a class="button second" href="{SignInPaths.SignOut}">{texts.Html("SignOut_Button")}</a>"""
                : $"""<form class="inline" method="post" action="{PortalPaths.EndSession}">{token}<input type="hidden" name="{SessionField}" value="{ticket.Id:n}"><button class="second" aria-label="{texts.Html("Account_SignOutOne", name)}">{texts.Html("SignOut_Button")}</button></form>""")}</li>
            """;
    }
}

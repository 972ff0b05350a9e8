using System.Text;
using AppProxy.Gateway.Access.Requests;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.Portal;

/// <summary>My apps: tiles to open, with what was used last before all, and a search that works without scripts too.</summary>
internal sealed class AppsPage(AppList list, RecentApps recent, CatalogueStore catalogue, AccessRequests? requests = null)
{
    /// <summary>So many tiles a page has at most: the rest is found by searching.</summary>
    public const int MostTiles = 60;

    /// <summary>Octets of all its tiles, however long what is written in them: with all else the page stays below 100 KB.</summary>
    private const int RoomForTiles = 72_000;

    private const int MostRecent = 4;
    private const int LongestSearch = 100;

    /// <summary>Filters while one types.</summary>
    private const string Filter = """
        (function () {
          var input = document.getElementById("q"), found = document.getElementById("found"), none = document.getElementById("none");
          var recent = document.getElementById("recent"), tiles = Array.prototype.slice.call(document.querySelectorAll("#apps > li"));
          input.addEventListener("input", function () {
            var words = input.value.toLowerCase().split(/\s+/), count = 0;
            tiles.forEach(function (tile) {
              tile.hidden = !words.every(function (word) { return tile.textContent.toLowerCase().indexOf(word) >= 0; });
              if (!tile.hidden) count++;
            });
            found.textContent = (count === 1 ? found.dataset.one : found.dataset.many).replace("{0}", count);
            none.hidden = count > 0;
            if (recent) recent.hidden = input.value.length > 0;
          });
        })();
        """;

    public async Task WriteAsync(HttpContext context, Session session)
    {
        var texts = Language.Of(context.Request);
        var search = context.Request.Query["q"].ToString();
        search = search.Length > LongestSearch ? search[..LongestSearch] : search;
        var words = search.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var all = list.Of(session, context.Connection.RemoteIpAddress);
        var matching = all.Where(app => app.Matches(words)).ToList();

        var (used, room) = words.Length > 0 ? ("", RoomForTiles) : RenderRecent(texts, all, recent.Read(context, session));

        // Where all fit, those that do not match are there too, for the script to bring back.
        var tiles = all.Count <= MostTiles ? RenderTiles(all, room, app => AppTile.Render(app, texts, app.Matches(words))) : default;
        var isWhole = tiles.Count == all.Count;
        if (!isWhole)
        {
            tiles = RenderTiles(matching.Take(MostTiles), room, app => AppTile.Render(app, texts));
        }

        var count = matching.Count;
        var waiting = requests is null ? [] : (await requests.FindPendingAsync(session.User, context.RequestAborted))
            .Select(id => catalogue.Current.TryGet(id, out var app) ? app.DisplayName : null).OfType<string>().ToList();

        var body = all.Count == 0
            ? $"""<h1>{texts.Html("Portal_Apps")}</h1><p>{texts.Html("Portal_NoApps")}</p>{RenderWaiting(texts, waiting)}"""
            : $"""
            <h1>{texts.Html("Portal_Apps")}</h1>
            <form class="search" role="search" method="get" action="{PortalPaths.Home}"><div><label for="q">{texts.Html("Portal_Search")}</label>
            <input id="q" name="q" type="search" value="{Page.Encode(search)}" maxlength="{LongestSearch}" autocomplete="off"></div><button class="second">{texts.Html("Portal_SearchButton")}</button></form>
            {used}
            <section aria-labelledby="all"><h2 id="all">{texts.Html("Portal_All")}</h2>
            <p id="found" class="quiet small" role="status" data-one="{texts.Html("Portal_FoundOne")}" data-many="{texts.Html("Portal_Found", "{0}")}">{(count == 1 ? texts.Html("Portal_FoundOne") : texts.Html("Portal_Found", count))}</p>
            <p id="none"{(count > 0 ? " hidden" : "")}>{texts.Html("Portal_FoundNone")} <a href="{PortalPaths.Home}">{texts.Html("Portal_ShowAll")}</a></p>
            <ul class="tiles" id="apps">{tiles.Html}</ul>
            {(!isWhole && count > tiles.Count ? $"""<p class="notice">{texts.Html("Portal_More", count - tiles.Count)}</p>""" : "")}</section>
            {RenderWaiting(texts, waiting)}
            """;
        await PortalPage.Wide(texts, texts["Portal_Apps"], body, PortalPaths.Home, isWhole && all.Count > 0 ? Filter : null).WriteAsync(context);
    }

    /// <summary>As many as there is room for.</summary>
    private static (string Html, int Count, int Room) RenderTiles(IEnumerable<PortalApp> apps, int room, Func<PortalApp, string> render)
    {
        var (html, count) = (new StringBuilder(), 0);
        foreach (var tile in apps.Select(render))
        {
            room -= Encoding.UTF8.GetByteCount(tile);
            if (room < 0)
            {
                break;
            }

            html.Append(tile);
            count++;
        }

        return (html.ToString(), count, Math.Max(room, 0));
    }

    private static (string Html, int Room) RenderRecent(Language texts, IReadOnlyList<PortalApp> all, IReadOnlyList<string> ids)
    {
        var (html, count, room) = RenderTiles(ids.Select(id => all.FirstOrDefault(app => app.App.Id == id)).OfType<PortalApp>().Take(MostRecent), RoomForTiles, app => AppTile.Render(app, texts));
        return (count == 0 ? "" : $"""
            <section id="recent" aria-labelledby="used"><h2 id="used">{texts.Html("Portal_Recent")}</h2><ul class="tiles">{html}</ul></section>
            """, room);
    }

    private static string RenderWaiting(Language texts, List<string> names) => names.Count == 0 ? "" : $"""
        <section aria-labelledby="asked"><h2 id="asked">{texts.Html("Portal_Asked")}</h2><ul>{string.Concat(names.Select(static name => $"<li>{Page.Encode(AppTile.NameOf(name))}</li>"))}</ul></section>
        """;
}

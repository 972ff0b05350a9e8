using AppProxy.Gateway.Pages;

namespace AppProxy.Gateway.SignIn;

/// <summary>What people read around signing in and out.</summary>
internal static class SignInPages
{
    /// <summary>Something in signing in went wrong; what exactly is in the log.</summary>
    /// <param name="title">In the reader's language; where there is one for the reason, that counts.</param>
    /// <param name="text">In English; other languages have theirs by the reason.</param>
    /// <param name="reason">A token for logs and for who is asked.</param>
    public static Task WriteProblemAsync(HttpContext context, int status, string title, string text, string reason, string reference)
    {
        context.Response.StatusCode = status;
        var texts = Language.Of(context.Request);
        title = texts.TryGet($"Problem_{reason}_Title", out var known) ? known : title;
        return new Page(
            title,
            $"""
            <h1>{Page.Encode(title)}</h1>
            <p>{Page.Encode(texts.TryGet("Problem_" + reason, out var said) ? said : text)}</p>
            <dl>
            <dt>{texts.Html("Fact_Reason")}</dt><dd>{Page.Encode(reason)}</dd>
            <dt>{texts.Html("Fact_Reference")}</dt><dd>{Page.Encode(reference)}</dd>
            </dl>
            """)
        {
            Language = texts,
        }.WriteAsync(context);
    }

    /// <summary>The same, where all languages have the title and the text by the reason.</summary>
    public static Task WriteProblemAsync(HttpContext context, int status, string reason, string reference)
        => WriteProblemAsync(context, status, Language.English[$"Problem_{reason}_Title"], Language.English["Problem_" + reason], reason, reference);

    /// <summary>Puts a fragment aside, which browsers do not carry through the provider's forms, and goes on.</summary>
    /// <param name="next">Of our own host.</param>
    public static Task WriteFragmentKeeperAsync(HttpContext context, string next, string key) => WriteWaitAsync(context, next, "SignIn_Go", $$"""
        var go = document.getElementById("go").href;
        try { if (location.hash) { sessionStorage.setItem("{{key}}", location.hash); go += "&fragment=1"; } } catch (e) { }
        location.replace(go);
        """);

    /// <summary>Goes back to the app with the fragment that was put aside.</summary>
    public static Task WriteFragmentBringerAsync(HttpContext context, string next, string key) => WriteWaitAsync(context, next, "SignIn_GoOn", $$"""
        var go = document.getElementById("go").href;
        try { go += sessionStorage.getItem("{{key}}") || ""; sessionStorage.removeItem("{{key}}"); } catch (e) { }
        location.replace(go);
        """);

    /// <summary>Sends a form again that was kept while its person signed in.</summary>
    public static Task WriteRepeatAsync(HttpContext context, string target, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var texts = Language.Of(context.Request);
        var inputs = string.Concat(fields.Select(static field => $"""<textarea hidden name="{Page.Encode(field.Key)}">{"\n"}{Page.Encode(field.Value)}</textarea>"""));
        return new Page(
            texts["Repeat_Title"],
            $"""
            <h1>{texts.Html("Repeat_Title")}</h1>
            <p>{texts.Html("Repeat_Text")}</p>
            <form id="kept" method="post" action="{Page.Encode(target)}">{inputs}<button>{texts.Html("Repeat_Button")}</button></form>
            """)
        {
            Language = texts,
            // The app may lead its answer anywhere.
            FormAction = null,
            // A field may be named "submit".
            Script = """HTMLFormElement.prototype.submit.call(document.getElementById("kept"));""",
        }.WriteAsync(context);
    }

    public static Task WriteSignOutAsync(HttpContext context, SignedInUser user, string formToken, string formAction)
    {
        var texts = Language.Of(context.Request);
        return new Page(
            texts["SignOut_Title"],
            $"""
            <h1>{texts.Html("SignOut_Title")}</h1>
            <p>{texts.Html("SignOut_Text", $"<b>{Page.Encode(user.DisplayName)}</b>", Page.Encode(user.UserPrincipalName))}</p>
            <form method="post" action="{SignInPaths.SignOut}">
            <input type="hidden" name="{OwnForms.Token}" value="{Page.Encode(formToken)}">
            <label class="check"><input type="checkbox" name="everywhere" value="yes"> {texts.Html("SignOut_Everywhere")}</label>
            <div class="actions"><button>{texts.Html("SignOut_Button")}</button><a href="/">{texts.Html("Cancel")}</a></div>
            </form>
            """)
        {
            Language = texts,
            FormAction = formAction,
        }.WriteAsync(context);
    }

    public static Task WriteSignedOutAsync(HttpContext context)
    {
        var texts = Language.Of(context.Request);
        return new Page(
            texts["SignedOut_Title"],
            $"""
            <h1>{texts.Html("SignedOut_Title")}</h1>
            <p>{texts.Html("SignedOut_Text")}</p>
            <p class="actions"><a class="button" href="/">{texts.Html("SignedOut_Again")}</a></p>
            """)
        {
            Language = texts,
        }.WriteAsync(context);
    }

    /// <summary>A page that goes on by itself, by script or without, or by its link.</summary>
    private static Task WriteWaitAsync(HttpContext context, string next, string link, string script)
    {
        var texts = Language.Of(context.Request);
        return new Page(texts["SignIn_Title"], $"""<h1>{texts.Html("SignIn_Wait")}</h1><p><a id="go" href="{Page.Encode(next)}">{texts.Html(link)}</a></p>""")
        {
            Language = texts,
            Head = $"""<noscript><meta http-equiv="refresh" content="0;url={Page.Encode(next)}"></noscript>""",
            Script = script,
        }.WriteAsync(context);
    }
}

using AppProxy.Gateway.Pages;

namespace AppProxy.Gateway.SignIn;

/// <summary>What people read around signing in and out.</summary>
internal static class SignInPages
{
    /// <summary>Something in signing in went wrong; what exactly is in the log.</summary>
    /// <param name="reason">A token for logs and for who is asked.</param>
    public static Task WriteProblemAsync(HttpContext context, int status, string title, string text, string reason, string reference)
    {
        context.Response.StatusCode = status;
        return new Page(
            title,
            $"""
            <h1>{Page.Encode(title)}</h1>
            <p>{Page.Encode(text)}</p>
            <dl>
            <dt>Reason</dt><dd>{Page.Encode(reason)}</dd>
            <dt>Reference</dt><dd>{Page.Encode(reference)}</dd>
            </dl>
            """).WriteAsync(context);
    }

    /// <summary>Puts a fragment aside, which browsers do not carry through the provider's forms, and goes on.</summary>
    /// <param name="next">Of our own host.</param>
    public static Task WriteFragmentKeeperAsync(HttpContext context, string next, string key) => new Page("Signing in", $"""<p>One moment. <a id="go" href="{Page.Encode(next)}">Sign in</a></p>""")
    {
        Head = $"""<noscript><meta http-equiv="refresh" content="0;url={Page.Encode(next)}"></noscript>""",
        Script = $$"""
            var go = document.getElementById("go").href;
            try { if (location.hash) { sessionStorage.setItem("{{key}}", location.hash); go += "&fragment=1"; } } catch (e) { }
            location.replace(go);
            """,
    }.WriteAsync(context);

    /// <summary>Goes back to the app with the fragment that was put aside.</summary>
    public static Task WriteFragmentBringerAsync(HttpContext context, string next, string key) => new Page("Signing in", $"""<p>One moment. <a id="go" href="{Page.Encode(next)}">Go on</a></p>""")
    {
        Head = $"""<noscript><meta http-equiv="refresh" content="0;url={Page.Encode(next)}"></noscript>""",
        Script = $$"""
            var go = document.getElementById("go").href;
            try { go += sessionStorage.getItem("{{key}}") || ""; sessionStorage.removeItem("{{key}}"); } catch (e) { }
            location.replace(go);
            """,
    }.WriteAsync(context);

    /// <summary>Sends a form again that was kept while its person signed in.</summary>
    public static Task WriteRepeatAsync(HttpContext context, string target, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var inputs = string.Concat(fields.Select(static field => $"""<textarea hidden name="{Page.Encode(field.Key)}">{"\n"}{Page.Encode(field.Value)}</textarea>"""));
        return new Page(
            "Signed in again",
            $"""
            <h1>You are signed in again</h1>
            <p>What you sent was kept, and is sent now.</p>
            <form id="kept" method="post" action="{Page.Encode(target)}">{inputs}<button>Send it</button></form>
            """)
        {
            // The app may lead its answer anywhere.
            FormAction = null,
            // A field may be named "submit".
            Script = """HTMLFormElement.prototype.submit.call(document.getElementById("kept"));""",
        }.WriteAsync(context);
    }

    public static Task WriteSignOutAsync(HttpContext context, SignedInUser user, string formToken, string? providerOrigin) => new Page(
        "Sign out",
        $"""
        <h1>Sign out?</h1>
        <p>You are signed in as <b>{Page.Encode(user.DisplayName)}</b> ({Page.Encode(user.UserPrincipalName)}), for all apps of this gateway.</p>
        <form method="post" action="{SignInPaths.SignOut}">
        <input type="hidden" name="token" value="{Page.Encode(formToken)}">
        <label><input type="checkbox" name="everywhere" value="yes"> On all my devices and browsers</label>
        <button>Sign out</button>
        </form>
        """)
    {
        FormAction = "'self'" + (providerOrigin is null ? "" : " " + providerOrigin),
    }.WriteAsync(context);

    public static Task WriteSignedOutAsync(HttpContext context) => new Page(
        "Signed out",
        """
        <h1>You are signed out</h1>
        <p>To be sure that nobody else goes on where you were, close the browser.</p>
        """).WriteAsync(context);
}

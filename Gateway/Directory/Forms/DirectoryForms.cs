using System.Security.Claims;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn;
using Microsoft.AspNetCore.Antiforgery;

namespace AppProxy.Gateway.Directory.Forms;

/// <summary>Forms of the directory: each can be sent by its own page only, and leads nowhere else.</summary>
internal sealed class DirectoryForms(IAntiforgery antiforgery, SignInRefusal refusal)
{
    public const string TokenField = "token";

    private const int MaxForm = 64 * 1024;

    public Task WriteAsync(HttpContext context, DirectoryForm form)
    {
        context.Response.StatusCode = form.Status;
        return new Page(
            form.Problem is null ? form.Title : form.Language.Format("Directory_ProblemTitle", form.Title),
            $"""
            <h1>{Page.Encode(form.Title)}</h1>
            {(form.Problem is null ? "" : $"""<p class="notice bad" role="alert" id="problem">{Page.Encode(form.Problem)}</p>""")}
            {form.Text}
            {Open(context, form.Path, form.Return)}
            {form.Fields}
            <div class="actions"><button>{Page.Encode(form.Button)}</button>{form.MoreButtons}</div>
            </form>
            {form.After}
            """)
        {
            Language = form.Language,
            FormAction = "'self'",
            Script = form.Script,
        }.WriteAsync(context);
    }

    /// <summary>Begins a form, with what it needs to be taken.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="carried">Where the person goes on to afterwards: in the form's URL, which counts also where the form itself cannot be taken any more.</param>
    public string Open(HttpContext context, string path, string? carried) =>
        $"""<form method="post" action="{Page.Encode(carried is null ? DirectoryPaths.Root + path : ReturnPath.After(path, carried))}"><input type="hidden" name="{TokenField}" value="{Page.Encode(antiforgery.GetAndStoreTokens(context).RequestToken)}">""";

    /// <summary>An input with its label.</summary>
    /// <param name="more">More attributes.</param>
    /// <param name="isWrong">Whether it is what the problem is about.</param>
    public static string Input(string name, string label, string type, string autocomplete, string more = "", bool isWrong = false) =>
        $"""<label for="{name}">{Page.Encode(label)}</label><input id="{name}" name="{name}" type="{type}" autocomplete="{autocomplete}" required{(isWrong ? " aria-invalid=\"true\" aria-describedby=\"problem\"" : "")} {more}>""";

    /// <summary>The form that was sent; null when it is none of ours, which was answered.</summary>
    public async Task<IFormCollection?> ReadAsync(HttpContext context)
    {
        if (await IsOursAsync(context))
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }

        await RefuseAsync(context);
        return null;
    }

    /// <summary>Whose form it would be is known where the page asks who it is.</summary>
    public Task RefuseAsync(HttpContext context)
        => refusal.WritePageAsync(context, StatusCodes.Status400BadRequest, "form-refused", context.User.FindFirstValue(ClaimTypes.NameIdentifier), context.User.Identity?.Name);

    public async Task<bool> IsOursAsync(HttpContext context)
        => Navigation.IsSameOrigin(context.Request) && await SmallForm.ReadAsync(context.Request, MaxForm) is not null && await antiforgery.IsRequestValidAsync(context);

    public static void Redirect(HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = path;
    }

    /// <summary>
    /// Ends a form's navigation, and begins the next one: browsers hold redirects after a form to its page's <c>form-action</c>, and the way back leads to an app's host.
    /// </summary>
    public static Task GoOnAsync(HttpContext context, string path)
    {
        var texts = Language.Of(context.Request);
        return new Page(texts["Account_SignedIn"], $"""<p>{texts.Html("Directory_Wait", $"<a href=\"{Page.Encode(path)}\">", "</a>")}</p>""")
        {
            Language = texts,
            Head = $"""<meta http-equiv="refresh" content="0;url={Page.Encode(path)}">""",
        }.WriteAsync(context);
    }
}

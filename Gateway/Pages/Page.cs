using System.Net;
using System.Security.Cryptography;

namespace AppProxy.Gateway.Pages;

/// <summary>
/// A page of the gateway's own: one look for all, readable on a phone, by keyboard and by screen readers, light and dark, with nothing in it that a browser
/// would fetch from elsewhere, run or frame.
/// </summary>
internal sealed class Page
{
    private const string Icon =
        """<path fill="currentColor" d="M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-5v-6h3l-5-6-5 6h3v6H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3Z"/>""";

    private static readonly string Favicon =
        "data:image/svg+xml," + Uri.EscapeDataString($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" color="#4a76e8">{Icon}</svg>""");

    /// <param name="title">Plain text.</param>
    /// <param name="body">HTML, in which everything that is not ours was encoded (<see cref="Encode"/>).</param>
    public Page(string title, string body)
    {
        Title = title;
        Body = body;
    }

    public string Title { get; }

    public string Body { get; }

    /// <summary>What it is written in.</summary>
    public Language Language { get; init; } = Language.English;

    /// <summary>HTML for the head.</summary>
    public string Head { get; init; } = "";

    /// <summary>A script of ours, which needs no others.</summary>
    public string? Script { get; init; }

    /// <summary>Where forms on the page may lead to, redirects included; null is anywhere, "'none'" nowhere.</summary>
    public string? FormAction { get; init; } = "'none'";

    /// <summary>Links to other pages of the same host, each with its text; none where a page stands alone. The one that the page is has no other's address.</summary>
    public IReadOnlyList<(string Path, string Text)> Links { get; init; } = [];

    /// <summary>The path among <see cref="Links"/> that this page is.</summary>
    public string? Current { get; init; }

    /// <summary>Whether it fills a desk's width, in cards of its own; otherwise it is one card in the middle.</summary>
    public bool IsWide { get; init; }

    public static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");

    /// <summary>Writes it. The status is for the caller to set.</summary>
    public Task WriteAsync(HttpContext context)
    {
        var nonce = Script is null ? null : Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentLanguage = Language.Tag;
        response.Headers.CacheControl = "no-store";
        // Not "no-referrer": a form of ours would be sent with "Origin: null", and refused as a foreign one.
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers.XContentTypeOptions = "nosniff";
        // For browsers that do not know frame-ancestors.
        response.Headers.XFrameOptions = "DENY";
        response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src {PageStyle.Source}; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
            + (nonce is null ? "" : $"; script-src 'nonce-{nonce}'")
            + (FormAction is null ? "" : $"; form-action {FormAction}");
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.WriteAsync(Render(nonce));
    }

    private string Render(string? nonce) => $"""
        <!doctype html>
        <html lang="{Language.Tag}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encode(Title)}</title>
        <link rel="icon" href="{Favicon}">
        {Head}
        <style>{PageStyle.Css}</style>
        </head>
        <body>
        <a class="skip" href="#main">{Language.Html("Page_Skip")}</a>
        <header>
        {RenderBrand()}
        {RenderLinks()}
        </header>
        {(IsWide ? $"""<main id="main" tabindex="-1">{Body}</main>""" : $"""<main id="main" tabindex="-1" class="narrow"><div class="card">{Body}</div></main>""")}
        {(nonce is null ? "" : $"<script nonce=\"{nonce}\">{Script}</script>")}
        </body>
        </html>
        """;

    /// <summary>It leads home where there is one: an app's home is not ours.</summary>
    private string RenderBrand()
    {
        var inner = $"""<svg viewBox="0 0 24 24" aria-hidden="true">{Icon}</svg>AppProxy""";
        return Links.Count > 0 ? $"""<a class="brand" href="{Encode(Links[0].Path)}">{inner}</a>""" : $"""<span class="brand">{inner}</span>""";
    }

    private string RenderLinks() => Links.Count == 0 ? "" : $"""
        <nav aria-label="{Language.Html("Page_Navigation")}"><ul>{string.Concat(Links.Select(link =>
            $"""<li><a href="{Encode(link.Path)}"{(link.Path == Current ? " aria-current=\"page\"" : "")}>{Encode(link.Text)}</a></li>"""))}</ul></nav>
        """;
}

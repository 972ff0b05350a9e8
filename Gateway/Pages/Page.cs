using System.Net;
using System.Security.Cryptography;

namespace AppProxy.Gateway.Pages;

/// <summary>A page of the gateway's own: one look for all, readable on a phone, light and dark, and nothing in it that a browser would fetch or frame.</summary>
internal sealed class Page
{
    /// <param name="title">Plain text.</param>
    /// <param name="body">HTML, in which everything that is not ours was encoded (<see cref="Encode"/>).</param>
    public Page(string title, string body)
    {
        Title = title;
        Body = body;
    }

    public string Title { get; }

    public string Body { get; }

    /// <summary>HTML for the head.</summary>
    public string Head { get; init; } = "";

    /// <summary>A script of ours, which needs no others.</summary>
    public string? Script { get; init; }

    /// <summary>Where forms on the page may lead to, redirects included; null is anywhere, "'none'" nowhere.</summary>
    public string? FormAction { get; init; } = "'none'";

    public static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");

    /// <summary>Writes it. The status is for the caller to set.</summary>
    public Task WriteAsync(HttpContext context)
    {
        var nonce = Script is null ? null : Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        // Not "no-referrer": a form of ours would be sent with "Origin: null", and refused as a foreign one.
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
            + (nonce is null ? "" : $"; script-src 'nonce-{nonce}'")
            + (FormAction is null ? "" : $"; form-action {FormAction}");
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.WriteAsync(Render(nonce));
    }

    private string Render(string? nonce) => $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{Encode(Title)}}</title>
        {{Head}}
        <style>
        :root { color-scheme: light dark; }
        body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
        main { max-width: 34rem; padding: 2rem 1.25rem; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
        dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; font-size: .9rem; margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); }
        dt { opacity: .75; }
        dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
        a { color: LinkText; }
        label { display: block; margin: 1rem 0; }
        button { font: inherit; padding: .5rem 1.25rem; border: 0; border-radius: .375rem; background: CanvasText; color: Canvas; cursor: pointer; }
        </style>
        </head>
        <body>
        <main>
        {{Body}}
        </main>
        {{(nonce is null ? "" : $"<script nonce=\"{nonce}\">{Script}</script>")}}
        </body>
        </html>
        """;
}

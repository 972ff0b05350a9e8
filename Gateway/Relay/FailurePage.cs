using System.Globalization;
using System.Net;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay;

/// <summary>A page of an app's own in place of ours.</summary>
internal static class FailurePage
{
    /// <summary>Pictures and styles from anywhere, and nothing that runs: the page is written on the app's own host.</summary>
    public const string Policy = "default-src 'none'; style-src 'unsafe-inline' *; img-src * data:; font-src * data:; frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

    /// <summary>The page for that status, or the one for all; null where there is none.</summary>
    public static string? Find(PublishedApp? app, int status)
    {
        string? forAll = null;
        for (var i = 0; i < (app?.Relay.ErrorPages.Count ?? 0); i++)
        {
            var page = app!.Relay.ErrorPages[i];
            if (page.Status == status)
            {
                return page.Html;
            }

            forAll ??= page.Status is null ? page.Html : null;
        }

        return forAll;
    }

    /// <summary>Puts what is known in the place of its names. In one pass: what is put in is no name, whatever it says.</summary>
    public static string Write(string html, string name, FailureDescription failure, ExchangeId reference)
    {
        var text = new System.Text.StringBuilder(html.Length + 256);
        for (var at = 0; at < html.Length;)
        {
            var open = html.IndexOf('{', at);
            if (open < 0)
            {
                text.Append(html, at, html.Length - at);
                break;
            }

            text.Append(html, at, open - at);
            var close = html.IndexOf('}', open);
            var value = close < 0 ? null : html.AsSpan(open + 1, close - open - 1) switch
            {
                "app" => name,
                "status" => failure.Status.ToString(CultureInfo.InvariantCulture),
                "text" => failure.Text,
                "reason" => failure.Token,
                "reference" => reference.ToString(),
                _ => null,
            };
            text.Append(value is null ? "{" : WebUtility.HtmlEncode(value));
            at = value is null ? open + 1 : close + 1;
        }

        return text.ToString();
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace AppProxy.Tests.EndToEnd.SignIn;

/// <summary>What a browser shows at the end of its redirects.</summary>
internal sealed partial record BrowserAnswer(Uri Url, HttpStatusCode Status, HttpResponseHeaders Headers, string Body, IReadOnlyList<Uri> Way)
{
    public string? Error => Headers.TryGetValues("AppProxy-Error", out var values) ? values.Single() : null;

    /// <summary>Where the page's (first) form goes, and the fields that are in it already.</summary>
    public (Uri Action, Dictionary<string, string> Fields) Form
    {
        get
        {
            var form = Forms().Match(Body);
            var action = Attribute(form.Groups[1].Value, "action") is { Length: > 0 } to ? new Uri(Url, to) : Url;
            var inner = Body[form.Index..];
            inner = inner.IndexOf("</form>", StringComparison.Ordinal) is >= 0 and var end ? inner[..end] : inner;
            var fields = Inputs().Matches(inner)
                .Where(input => Attribute(input.Value, "type") == "hidden")
                .ToDictionary(input => Attribute(input.Value, "name")!, input => Attribute(input.Value, "value") ?? "");
            foreach (Match area in Areas().Matches(inner))
            {
                fields[Attribute(area.Groups[1].Value, "name")!] = WebUtility.HtmlDecode(area.Groups[2].Value);
            }

            return (action, fields);
        }
    }

    /// <summary>Where a page without scripts goes on to.</summary>
    public Uri? Refresh => Refreshes().Match(Body) is { Success: true } refresh ? new Uri(Url, WebUtility.HtmlDecode(refresh.Groups[1].Value)) : null;

    private static string? Attribute(string tag, string name)
        => Regex.Match(tag, name + "=\"([^\"]*)\"") is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    [GeneratedRegex("<form([^>]*)>")]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Inputs();

    [GeneratedRegex("<textarea([^>]*)>\n?([^<]*)</textarea>")]
    private static partial Regex Areas();

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0;url=([^\"]*)\"")]
    private static partial Regex Refreshes();
}

using System.Buffers;
using System.Globalization;
using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Translation.Bodies;

namespace AppProxy.Gateway.Publishing;

/// <summary>Counts what is left of internal names in an answer: links that lead nowhere for who is outside.</summary>
internal sealed class InternalNames
{
    private const string Step = "links";
    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly PublishedApp _app;

    /// <summary>Authorities of all apps, that differ from the external ones.</summary>
    private readonly List<string> _names;

    /// <summary>External authorities, those of wildcards without their star.</summary>
    private readonly HashSet<string> _external;

    public InternalNames(CatalogueSnapshot catalogue, PublishedApp app)
    {
        _app = app;
        var routes = catalogue.Apps.SelectMany(static each => each.Routes()).ToList();
        _external = routes.Select(static route => route.ExternalUrl.AuthorityFor("")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _names = [.. routes.Select(static route => route.InternalUrl.AuthorityFor("")).Where(name => !_external.Contains(name)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    public IEnumerable<TestStep> Find(HttpResponseMessage answer, byte[] body)
    {
        foreach (var (field, value) in answer.Headers.Concat(answer.Content.Headers).SelectMany(static field => field.Value.Select(value => (field.Key, value))))
        {
            if (_names.Find(name => Count(value, name).Links > 0) is { } name)
            {
                yield return TestStep.Warn(Step, $"Header {field} leads to the internal {name}.", "If it leads to a part of the app, publish that part: as a segment, or as an app of its own.");
            }
        }

        var type = answer.Content.Headers.ContentType?.MediaType;
        if (body.Length == 0 || MediaKinds.Of(type, (LinkTranslation)~0) == MediaKind.Other || !MediaKinds.IsAscii(answer.Content.Headers.ContentType?.ToString()))
        {
            yield return TestStep.Skip(Step, body.Length == 0 ? "The answer has no body." : $"The answer is {type ?? "of no type"}, in which no links are looked for.");
            yield break;
        }

        var text = Encoding.Latin1.GetString(body);
        var found = _names.Select(name => (Name: name, Count: Count(text, name))).Where(static each => each.Count.Links + each.Count.Mentions > 0).ToList();
        if (found.Count == 0)
        {
            yield return TestStep.Ok(Step, "No internal name is left in the answer.");
            yield break;
        }

        foreach (var (name, (links, mentions)) in found)
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"{links} links to the internal {name} are left in the answer{(mentions > 0 ? $", and {mentions} mentions of it" : "")}");
            yield return links > 0
                ? TestStep.Warn(Step, what + ": outside they lead nowhere.", Advice(type))
                : TestStep.Ok(Step, string.Create(CultureInfo.InvariantCulture, $"The internal {name} is mentioned {mentions} times in the answer, and not as a link."));
        }
    }

    private string Advice(string? type)
    {
        if (!_app.IsTranslateLinksInBodyEnabled)
        {
            return "Set isTranslateLinksInBodyEnabled, and links to all published apps become external ones.";
        }

        var wanted = MediaKinds.Of(type, LinkTranslation.None) switch
        {
            MediaKind.Html when !_app.Relay.LinkTranslation.HasFlag(LinkTranslation.InlineScripts) => "inlineScripts",
            MediaKind.Other when MediaKinds.Of(type, LinkTranslation.JavaScript) != MediaKind.Other => "javaScript",
            MediaKind.Other when MediaKinds.Of(type, LinkTranslation.Json) != MediaKind.Other => "json",
            MediaKind.Other when MediaKinds.Of(type, LinkTranslation.EventStreams) != MediaKind.Other => "eventStreams",
            MediaKind.Other => "xml",
            _ => null,
        };
        return wanted is null ? "They stand where links are not translated: change them in the app." : $"Set relay.linkTranslation.{wanted}, where they probably stand.";
    }

    private (int Links, int Mentions) Count(string text, string name)
    {
        var (links, mentions) = (0, 0);
        for (var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + name.Length, StringComparison.OrdinalIgnoreCase))
        {
            var before = text.AsSpan(0, at);
            var after = text.AsSpan(at + name.Length);
            if (name[0] == '.')
            {
                // A wildcard's: what stands for the star belongs to the name.
                before = before[..LabelsBegin(before)];
                if (before.Length == at || IsExternal(text.AsSpan(before.Length, at + name.Length - before.Length)))
                {
                    continue;
                }
            }

            if ((before is [.., var last] && (char.IsAsciiLetterOrDigit(last) || last is '-' or '.') && !before.EndsWith("%2F", StringComparison.OrdinalIgnoreCase))
                || after is [var next, ..] && (char.IsAsciiLetterOrDigit(next) || next == '-')
                || after is ['.' or ':', var further, ..] && char.IsAsciiLetterOrDigit(further))
            {
                // Part of another name, or of another port's.
                continue;
            }

            if (before.EndsWith("//") || before.EndsWith("\\/\\/") || before.EndsWith("%2F%2F", StringComparison.OrdinalIgnoreCase))
            {
                links++;
            }
            else
            {
                mentions++;
            }
        }

        return (links, mentions);
    }

    private static int LabelsBegin(ReadOnlySpan<char> before)
    {
        var begin = before.LastIndexOfAnyExcept(LabelCharacters) + 1;
        return begin > 0 && before[begin - 1] == '%' && before[begin..].StartsWith("2F", StringComparison.OrdinalIgnoreCase) ? begin + 2 : begin;
    }

    private bool IsExternal(ReadOnlySpan<char> authority)
    {
        var external = _external.GetAlternateLookup<ReadOnlySpan<char>>();
        while (!external.Contains(authority))
        {
            var dot = authority[1..].IndexOf('.');
            if (dot < 0)
            {
                return false;
            }

            // Without the first label: what a wildcard is known by.
            authority = authority[(dot + 1)..];
        }

        return true;
    }
}

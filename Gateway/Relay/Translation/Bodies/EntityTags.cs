using System.Globalization;
using System.Text;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>
/// Marks the tags of translated representations (RFC 9110 section 8.8.3): <c>"abc"</c> ⇒ <c>"abc~t1f00dcafe03"</c>. The mark says what was
/// translated, so that a copy from before the catalogue changed is no current one, and is taken off again for the app.
/// </summary>
internal static class EntityTags
{
    /// <summary>Tilde, t, the version of what translates, and what of <see cref="Mark"/> follows.</summary>
    private const string Begin = "~t1";

    private const int Length = 3 + 8 + 2;

    public static string MarkOf(UrlMap map, PublishedApp app) => string.Create(CultureInfo.InvariantCulture, $"{Begin}{map.Fingerprint}{(int)app.Relay.LinkTranslation:x2}");

    /// <summary>Adds the mark to a tag; what is no tag stays.</summary>
    public static string Mark(string tag, string mark)
        => tag is ['"' or 'W', .., '"'] ? string.Concat(tag.AsSpan(0, tag.Length - 1), mark, "\"") : tag;

    public static bool IsMarked(string value) => value.Contains("~t1", StringComparison.Ordinal);

    /// <summary>Whether a condition has the tag with that mark.</summary>
    public static bool Has(string condition, string tag, string mark) => condition.Contains(Mark(tag, mark).TrimStart('W', '/'), StringComparison.Ordinal);

    /// <summary>Takes marks off the tags of a condition: that one, or any where it is null.</summary>
    public static string Unmark(string condition, string? mark)
    {
        if (!IsMarked(condition))
        {
            return condition;
        }

        var text = new StringBuilder(condition);
        for (var end = condition.Length - 1; end >= Length; end--)
        {
            if (condition[end] == '"' && condition.AsSpan(end - Length, Length) is var found && found.StartsWith(Begin)
                && (mark is null || found.SequenceEqual(mark)))
            {
                text.Remove(end - Length, Length);
            }
        }

        return text.ToString();
    }
}

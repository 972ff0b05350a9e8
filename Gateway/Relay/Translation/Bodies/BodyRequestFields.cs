using AppProxy.Gateway.Catalogue;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>What an app whose answers are translated is asked for: codings that we know, and conditions in its own tags.</summary>
internal static class BodyRequestFields
{
    public static bool Concerns(string name) => name.Length switch
    {
        5 => Is(name, HeaderNames.Range),
        8 => Is(name, HeaderNames.IfMatch) || Is(name, HeaderNames.IfRange),
        13 => Is(name, HeaderNames.IfNoneMatch),
        15 => Is(name, HeaderNames.AcceptEncoding),
        _ => false,
    };

    /// <summary>The value for the app; null where it must not get the field.</summary>
    public static string? Translate(string name, string value, HttpRequest request, UrlMap map, PublishedApp app) => name.Length switch
    {
        15 => ContentCodings.Accepted(value),

        // An update of what was translated is one of what it was made of.
        8 when Is(name, HeaderNames.IfMatch) => EntityTags.Unmark(value, null),
        13 => EntityTags.Unmark(value, EntityTags.MarkOf(map, app)),

        // A part of what was translated cannot be had from the app, which counts octets of its own: it is asked for all of it.
        _ => EntityTags.IsMarked(request.Headers[HeaderNames.IfRange].ToString()) ? null : value,
    };

    private static bool Is(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);
}

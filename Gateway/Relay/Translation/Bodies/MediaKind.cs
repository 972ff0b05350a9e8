using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>What of a media type's grammar matters for links.</summary>
internal enum MediaKind
{
    /// <summary>Nothing is translated.</summary>
    Other,
    Html,

    /// <summary>XHTML and SVG.</summary>
    XmlMarkup,
    Css,

    /// <summary>JavaScript, JSON, event streams.</summary>
    Text,
    Xml,
}

/// <summary>Content-Type ⇒ kind.</summary>
internal static class MediaKinds
{
    /// <summary>Where octets below 128 may be something other than ASCII: those of one character each, and those that switch alphabets.</summary>
    private static readonly string[] NoAscii = ["utf-16", "utf-32", "ucs-2", "ucs-4", "iso-10646", "utf-7", "iso-2022", "hz-gb-2312", "ibm037", "ibm500", "ebcdic", "csunicode", "unicode"];

    public static MediaKind Of(string? contentType, LinkTranslation wanted)
    {
        var end = contentType?.IndexOf(';', StringComparison.Ordinal) is { } semicolon and >= 0 ? semicolon : contentType?.Length ?? 0;
        var type = contentType.AsSpan(0, end).Trim().ToString().ToLowerInvariant();
        return type switch
        {
            "text/html" => MediaKind.Html,
            "application/xhtml+xml" or "image/svg+xml" => MediaKind.XmlMarkup,
            "text/css" => MediaKind.Css,
            "text/javascript" or "application/javascript" or "application/x-javascript" or "application/ecmascript" or "text/ecmascript" => If(LinkTranslation.JavaScript, MediaKind.Text),
            "text/event-stream" => If(LinkTranslation.EventStreams, MediaKind.Text),
            "application/json" or "text/json" => If(LinkTranslation.Json, MediaKind.Text),
            "text/xml" or "application/xml" => If(LinkTranslation.Xml, MediaKind.Xml),
            _ when type.EndsWith("+json", StringComparison.Ordinal) => If(LinkTranslation.Json, MediaKind.Text),
            _ when type.EndsWith("+xml", StringComparison.Ordinal) => If(LinkTranslation.Xml, MediaKind.Xml),
            _ => MediaKind.Other,
        };

        MediaKind If(LinkTranslation flag, MediaKind kind) => wanted.HasFlag(flag) ? kind : MediaKind.Other;
    }

    /// <summary>Whether the charset is ASCII and more, as nearly all are: then links are ASCII octets. None is taken for such a one.</summary>
    public static bool IsAscii(string? contentType)
    {
        var charset = contentType?.IndexOf("charset=", StringComparison.OrdinalIgnoreCase) is { } at and >= 0 ? contentType[(at + 8)..].TrimStart('"', '\'', ' ') : "";
        return !NoAscii.Any(name => charset.StartsWith(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a body begins like UTF-16 or UTF-32, whatever its head says.</summary>
    public static bool IsWide(ReadOnlySpan<byte> start) => start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
}

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>What stands behind a start tag.</summary>
internal enum HtmlContent
{
    /// <summary>Text and elements.</summary>
    Markup,

    /// <summary>Markup; the element is meta.</summary>
    Meta,

    /// <summary>Markup; the element is object.</summary>
    Object,

    Script,

    Style,

    /// <summary>Text up to the end tag.</summary>
    Text,

    /// <summary>Text up to the end.</summary>
    Plaintext,
}

/// <summary>What an attribute's value is.</summary>
internal enum HtmlValue
{
    /// <summary>No link.</summary>
    Text,

    Url,

    /// <summary>A link if it has a host.</summary>
    AbsoluteUrl,

    /// <summary>URLs with spaces between.</summary>
    Urls,

    /// <summary>URLs with sizes, and commas between (HTML section 4.8.4.2.1).</summary>
    SourceSet,

    Css,

    Script,

    /// <summary>A meta element's: Refresh, a policy, or a URL.</summary>
    Meta,

    /// <summary>Content-Security-Policy.</summary>
    Policy,
}

/// <summary>Names of elements and attributes that matter for links.</summary>
internal static class HtmlNames
{
    public const int Longest = 64;

    /// <param name="name">In lower case.</param>
    public static HtmlContent ContentOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 when name.SequenceEqual("xmp"u8) => HtmlContent.Text,
        4 when name.SequenceEqual("meta"u8) => HtmlContent.Meta,
        5 when name.SequenceEqual("style"u8) => HtmlContent.Style,
        5 when name.SequenceEqual("title"u8) => HtmlContent.Text,
        6 when name.SequenceEqual("script"u8) => HtmlContent.Script,
        6 when name.SequenceEqual("object"u8) => HtmlContent.Object,
        6 when name.SequenceEqual("iframe"u8) => HtmlContent.Text,
        7 when name.SequenceEqual("noembed"u8) => HtmlContent.Text,
        8 when name.SequenceEqual("textarea"u8) || name.SequenceEqual("noframes"u8) => HtmlContent.Text,
        9 when name.SequenceEqual("plaintext"u8) => HtmlContent.Plaintext,
        _ => HtmlContent.Markup,
    };

    /// <param name="name">In lower case.</param>
    /// <param name="element">The element that has it.</param>
    public static HtmlValue ValueOf(ReadOnlySpan<byte> name, HtmlContent element) => name switch
    {
        _ when name.StartsWith("data-"u8) => HtmlValue.AbsoluteUrl,
        _ when name.StartsWith("on"u8) => HtmlValue.Script,
        _ => name.Length switch
        {
            3 when name.SequenceEqual("src"u8) => HtmlValue.Url,
            4 when name.SequenceEqual("href"u8) || name.SequenceEqual("cite"u8) => HtmlValue.Url,
            4 when name.SequenceEqual("data"u8) => element == HtmlContent.Object ? HtmlValue.Url : HtmlValue.Text,
            4 when name.SequenceEqual("ping"u8) => HtmlValue.Urls,
            4 when name.SequenceEqual("icon"u8) => HtmlValue.Url,
            5 when name.SequenceEqual("style"u8) => HtmlValue.Css,
            6 when name.SequenceEqual("action"u8) || name.SequenceEqual("poster"u8) || name.SequenceEqual("hx-get"u8) || name.SequenceEqual("hx-put"u8) || name.SequenceEqual("lowsrc"u8) || name.SequenceEqual("dynsrc"u8) => HtmlValue.Url,
            6 when name.SequenceEqual("srcset"u8) => HtmlValue.SourceSet,
            7 when name.SequenceEqual("hx-post"u8) || name.SequenceEqual("profile"u8) => HtmlValue.Url,
            7 when name.SequenceEqual("content"u8) => element == HtmlContent.Meta ? HtmlValue.Meta : HtmlValue.Text,
            7 when name.SequenceEqual("archive"u8) => HtmlValue.Urls,
            8 when name.SequenceEqual("longdesc"u8) || name.SequenceEqual("manifest"u8) || name.SequenceEqual("codebase"u8) || name.SequenceEqual("hx-patch"u8) || name.SequenceEqual("xml:base"u8) => HtmlValue.Url,
            9 when name.SequenceEqual("hx-delete"u8) => HtmlValue.Url,
            10 when name.SequenceEqual("formaction"u8) || name.SequenceEqual("background"u8) || name.SequenceEqual("xlink:href"u8) => HtmlValue.Url,
            11 when name.SequenceEqual("imagesrcset"u8) => HtmlValue.SourceSet,
            _ => HtmlValue.Text,
        },
    };
}

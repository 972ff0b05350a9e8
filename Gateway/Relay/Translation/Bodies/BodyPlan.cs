using AppProxy.Gateway.Catalogue;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>That an answer's body is translated, and how.</summary>
internal sealed record BodyPlan(MediaKind Kind, ContentCoding Coding, UrlTranslation Urls)
{
    /// <summary>Null where the body stays: decided by the answer's head, which is the client's already.</summary>
    public static BodyPlan? Find(HttpContext context, PublishedApp app, UrlMap map, ILogger logger)
    {
        if (!app.IsTranslateLinksInBodyEnabled)
        {
            return null;
        }

        var response = context.Response;
        var headers = response.Headers;
        if (response.StatusCode == StatusCodes.Status304NotModified)
        {
            MarkAgain(context, EntityTags.MarkOf(map, app));
            return null;
        }

        var kind = MediaKinds.Of(headers.ContentType, app.Relay.LinkTranslation);
        if (kind == MediaKind.Other
            || response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status206PartialContent
            || headers.ContentRange.Count > 0
            || headers.CacheControl.ToString().Contains("no-transform", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var coding = ContentCodings.Parse(headers.ContentEncoding);
        if (coding == ContentCoding.Unknown || !MediaKinds.IsAscii(headers.ContentType))
        {
            BodyPlanLog.Untranslated(logger, app.Id, headers.ContentType.ToString(), headers.ContentEncoding.ToString());
            return null;
        }

        return new BodyPlan(kind, coding, new UrlTranslation(map, app, context.Request));
    }

    /// <summary>Says of the head what is no longer so. For HEAD as for GET.</summary>
    public void Apply(IHeaderDictionary headers)
    {
        headers.ContentLength = null;
        headers.Remove(HeaderNames.ContentMD5);
        headers.Remove("Digest");
        headers.Remove("Content-Digest");
        headers.Remove("Repr-Digest");
        headers.AcceptRanges = "none";
        if (headers.ETag is [{ } tag])
        {
            headers.ETag = EntityTags.Mark(tag, EntityTags.MarkOf(Urls.Map, Urls.App));
        }
    }

    public ILinkTranslator CreateTranslator(LinkRewriter links) => Kind switch
    {
        MediaKind.Css => new CssTranslator(links, LinkEscapes.None),
        MediaKind.Text => new TextTranslator(links, isXml: false),
        MediaKind.Xml => new TextTranslator(links, isXml: true),
        _ => new HtmlTranslator(links, Kind == MediaKind.XmlMarkup, Urls.App.Relay.LinkTranslation.HasFlag(LinkTranslation.InlineScripts)),
    };

    /// <summary>A 304 has no type: whether what it is about was translated, the client's condition tells.</summary>
    private static void MarkAgain(HttpContext context, string mark)
    {
        if (context.Response.Headers.ETag is [{ } tag] && EntityTags.Has(context.Request.Headers.IfNoneMatch.ToString(), tag, mark))
        {
            context.Response.Headers.ETag = EntityTags.Mark(tag, mark);
        }
    }
}

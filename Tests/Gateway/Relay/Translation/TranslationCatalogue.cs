using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Relay.Translation;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.Gateway.Relay.Translation;

/// <summary>A catalogue with most of what URLs can be, and what one client's exchange sees of it.</summary>
internal static class TranslationCatalogue
{
    public static readonly CatalogueSnapshot Snapshot = Read("""
        { "applications": [
          { "id": "hr", "displayName": "a", "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru" } },
          { "id": "desk", "displayName": "b", "onPremisesPublishing": { "externalUrl": "https://desk.example.com/outside/", "internalUrl": "http://desk.corp:8080/inside/", "externalAuthenticationType": "passthru" } },
          { "id": "wiki", "displayName": "c", "onPremisesPublishing": { "externalUrl": "https://wiki.example.com/", "internalUrl": "http://desk.corp:8080/inside/wiki/", "externalAuthenticationType": "passthru" } },
          { "id": "plain", "displayName": "d", "onPremisesPublishing": { "externalUrl": "http://plain.example.com:8000/", "internalUrl": "https://plain.corp:8443/", "externalAuthenticationType": "passthru", "isTranslateHostHeaderEnabled": false } },
          { "id": "path", "displayName": "e", "onPremisesPublishing": { "externalUrl": "https://apps.example.com/path/", "internalUrl": "http://path.corp/", "externalAuthenticationType": "passthru" } },
          { "id": "own", "displayName": "f", "onPremisesPublishing": { "externalUrl": "https://own.example.com/out/", "internalUrl": "http://own.corp/in/", "externalAuthenticationType": "passthru", "isTranslateHostHeaderEnabled": false } },
          { "id": "star", "displayName": "g", "onPremisesPublishing": { "externalUrl": "https://*.apps.example.com/", "internalUrl": "http://*.star.corp/", "externalAuthenticationType": "passthru" } },
          { "id": "idna", "displayName": "h", "onPremisesPublishing": { "externalUrl": "https://bücher.example.com/", "internalUrl": "http://bücher.corp/läden/", "externalAuthenticationType": "passthru" } },
          { "id": "two", "displayName": "i", "onPremisesPublishing": { "externalUrl": "https://two.example.com/", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru",
            "alternateUrl": "https://alternate.example.com/", "useAlternateUrlForTranslationAndRedirect": true,
            "segmentsConfiguration": { "applicationSegments": [ { "id": "s", "externalUrl": "https://two.example.com/segment/", "internalUrl": "http://segment.corp/" } ] } } },
          { "id": "v6", "displayName": "j", "onPremisesPublishing": { "externalUrl": "https://six.example.com/", "internalUrl": "http://[fd00::1]:81/", "externalAuthenticationType": "passthru" } },
          { "id": "same", "displayName": "k", "onPremisesPublishing": { "externalUrl": "https://same.example.com/", "internalUrl": "http://same.example.com/", "externalAuthenticationType": "passthru" } },
          { "id": "deep", "displayName": "l", "onPremisesPublishing": { "externalUrl": "https://deep.example.com/", "internalUrl": "http://deep.corp/a/b/", "externalAuthenticationType": "passthru" } }
        ] }
        """);

    private static readonly UrlMap Map = new(Snapshot);

    public static CatalogueSnapshot Read(string json)
    {
        var reading = CatalogueReader.Read(Encoding.UTF8.GetBytes(json), [], CatalogueSnapshot.Empty, 1);
        return reading.Snapshot ?? throw new FormatException(string.Join('\n', reading.Problems));
    }

    /// <summary>The exchange of a client that asks for a URL.</summary>
    public static UrlTranslation For(string url, string? origin = null)
    {
        var request = RequestOf(url, out var app);
        request.Headers.Origin = origin;
        return new UrlTranslation(Map, app, request);
    }

    public static HttpRequest RequestOf(string url, out PublishedApp app)
    {
        var uri = new Uri(url);
        var request = new DefaultHttpContext().Request;
        request.Scheme = uri.Scheme;
        request.Host = new HostString(uri.Authority);
        request.Path = uri.AbsolutePath;
        return Snapshot.Matcher.TryMatch(request.Scheme, request.Host, request.Path.Value, out var found) ? Out(found, out app) : throw new ArgumentException(url);

        HttpRequest Out(PublishedApp match, out PublishedApp result)
        {
            result = match;
            return request;
        }
    }
}

using System.Globalization;
using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Translation;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay.Translation;

[TestFixture]
internal sealed class UrlTranslationTests
{
    // The app's own.
    [TestCase("https://hr.example.com/", "http://hr.corp/a?b#c", "https://hr.example.com/a?b#c")]
    [TestCase("https://hr.example.com/", "http://hr.corp", "https://hr.example.com")]
    [TestCase("https://hr.example.com/", "http://hr.corp?q", "https://hr.example.com?q")]
    [TestCase("https://hr.example.com/", "http://hr.corp:80/a", "https://hr.example.com/a")]
    [TestCase("https://hr.example.com/", "http://hr.corp:/a", "https://hr.example.com/a")]
    [TestCase("https://hr.example.com/", "HTTP://HR.Corp./A", "https://hr.example.com/A")]
    [TestCase("https://hr.example.com/", "https://hr.corp/told/https", "https://hr.example.com/told/https")]
    [TestCase("https://hr.example.com/", "ws://hr.corp/chat", "wss://hr.example.com/chat")]
    [TestCase("https://hr.example.com/", "wss://hr.corp/chat", "wss://hr.example.com/chat")]
    [TestCase("https://hr.example.com/", "//hr.corp/a", "//hr.example.com/a")]
    [TestCase("https://hr.example.com/", "//plain.corp:8443/a", "http://plain.example.com:8000/a")]
    [TestCase("https://hr.example.com/", "/a", "/a")]
    // Paths.
    [TestCase("https://desk.example.com/outside/", "http://desk.corp:8080/inside/a", "https://desk.example.com/outside/a")]
    [TestCase("https://desk.example.com/outside/", "http://desk.corp:8080/inside", "https://desk.example.com/outside")]
    [TestCase("https://desk.example.com/outside/", "http://desk.corp:8080/%69nsid%65/%61", "https://desk.example.com/outside/%61")]
    [TestCase("https://desk.example.com/outside/", "http://desk.corp:8080/insideout/", "http://desk.corp:8080/insideout/")]
    [TestCase("https://desk.example.com/outside/", "http://desk.corp:8080/", "http://desk.corp:8080/")]
    [TestCase("https://desk.example.com/outside/", "http://desk.corp/inside/a", "http://desk.corp/inside/a")]
    [TestCase("https://desk.example.com/outside/", "/inside/a", "/outside/a")]
    [TestCase("https://desk.example.com/outside/", "/inside?a", "/outside?a")]
    [TestCase("https://desk.example.com/outside/", "/outside/a", "/outside/a")]
    [TestCase("https://desk.example.com/outside/", "/elsewhere/a", "/elsewhere/a")]
    [TestCase("https://desk.example.com/outside/", "/inside/wiki/a", "/outside/wiki/a")]
    [TestCase("https://desk.example.com/outside/", "http://desk.corp:8080/inside/wiki/a", "https://wiki.example.com/a")]
    [TestCase("https://wiki.example.com/", "http://desk.corp:8080/inside/wiki/a", "https://wiki.example.com/a")]
    [TestCase("https://wiki.example.com/", "http://desk.corp:8080/inside/a", "https://desk.example.com/outside/a")]
    [TestCase("https://wiki.example.com/", "/inside/wiki/a", "/a")]
    [TestCase("https://wiki.example.com/", "/inside/wiki", "/")]
    [TestCase("https://wiki.example.com/", "/inside/a", "//desk.example.com/outside/a")]
    [TestCase("https://wiki.example.com/", "/inside/wiki//evil.example/a", "https://wiki.example.com//evil.example/a")]
    [TestCase("https://apps.example.com/path/", "/a", "/path/a")]
    [TestCase("https://apps.example.com/path/", "/", "/path/")]
    [TestCase("https://apps.example.com/path/", "/path/a", "/path/a")]
    [TestCase("https://apps.example.com/path/", "http://path.corp", "https://apps.example.com/path")]
    [TestCase("https://deep.example.com/", "http://deep.corp/a/b/c", "https://deep.example.com/c")]
    [TestCase("https://deep.example.com/", "http://deep.corp/a/c", "http://deep.corp/a/c")]
    [TestCase("https://deep.example.com/", "/a/b/c", "/c")]
    // Other apps.
    [TestCase("https://hr.example.com/", "http://desk.corp:8080/inside/wiki/x", "https://wiki.example.com/x")]
    [TestCase("https://hr.example.com/", "https://plain.corp:8443/a", "http://plain.example.com:8000/a")]
    [TestCase("https://hr.example.com/", "http://path.corp/a", "https://apps.example.com/path/a")]
    [TestCase("https://hr.example.com/", "http://segment.corp/a", "https://two.example.com/segment/a")]
    [TestCase("https://hr.example.com/", "http://[FD00::1]:81/a", "https://six.example.com/a")]
    // Two apps with one internal URL: each its own, and where neither is, the first.
    [TestCase("https://two.example.com/", "http://hr.corp/a", "https://alternate.example.com/a")]
    [TestCase("https://alternate.example.com/", "http://hr.corp/a", "https://alternate.example.com/a")]
    [TestCase("https://wiki.example.com/", "http://hr.corp/a", "https://hr.example.com/a")]
    // Wildcards.
    [TestCase("https://x.apps.example.com/", "http://x.star.corp/a", "https://x.apps.example.com/a")]
    [TestCase("https://x.apps.example.com/", "http://Y.z.star.corp/a", "https://y.z.apps.example.com/a")]
    [TestCase("https://hr.example.com/", "http://x.star.corp/a", "https://x.apps.example.com/a")]
    [TestCase("https://hr.example.com/", "//x.star.corp/a", "//x.apps.example.com/a")]
    [TestCase("https://hr.example.com/", "http://star.corp/a", "http://star.corp/a")]
    // Names beyond ASCII.
    [TestCase("https://hr.example.com/", "http://bücher.corp/läden/a", "https://xn--bcher-kva.example.com/a")]
    [TestCase("https://hr.example.com/", "http://xn--bcher-kva.corp/l%C3%A4den/a", "https://xn--bcher-kva.example.com/a")]
    // An app that gets the client's Host says that host, with its own scheme and path.
    [TestCase("http://plain.example.com:8000/", "https://plain.example.com:8000/a", "http://plain.example.com:8000/a")]
    [TestCase("http://plain.example.com:8000/", "http://plain.example.com:8000/a", "http://plain.example.com:8000/a")]
    [TestCase("https://own.example.com/out/", "http://own.example.com/in/a", "https://own.example.com/out/a")]
    [TestCase("https://own.example.com/out/", "https://own.example.com/in/a", "https://own.example.com/out/a")]
    [TestCase("https://own.example.com/out/", "https://own.example.com/out/a", "https://own.example.com/out/a")]
    [TestCase("https://own.example.com/out/", "http://own.example.com/out/a", "https://own.example.com/out/a")]
    [TestCase("https://own.example.com/out/", "//own.example.com/in/a", "//own.example.com/out/a")]
    [TestCase("https://hr.example.com/", "http://hr.example.com/a", "https://hr.example.com/a")]
    [TestCase("https://same.example.com/", "http://same.example.com/a", "https://same.example.com/a")]
    [TestCase("https://same.example.com/", "https://same.example.com/a", "https://same.example.com/a")]
    // Nobody's, and what is no such URL.
    [TestCase("https://hr.example.com/", "http://elsewhere.example/a", "http://elsewhere.example/a")]
    [TestCase("https://hr.example.com/", "http://hr.corp.elsewhere.example/a", "http://hr.corp.elsewhere.example/a")]
    [TestCase("https://hr.example.com/", "http://hr.corp@elsewhere.example/a", "http://hr.corp@elsewhere.example/a")]
    [TestCase("https://hr.example.com/", "http://user@hr.corp/a", "http://user@hr.corp/a")]
    [TestCase("https://hr.example.com/", "http://hr.corp:81/a", "http://hr.corp:81/a")]
    [TestCase("https://hr.example.com/", "http://hr.corp:x/a", "http://hr.corp:x/a")]
    [TestCase("https://hr.example.com/", "http:///a", "http:///a")]
    [TestCase("https://hr.example.com/", "http:/hr.corp/a", "http:/hr.corp/a")]
    [TestCase("https://hr.example.com/", "ftp://hr.corp/a", "ftp://hr.corp/a")]
    [TestCase("https://hr.example.com/", "a/b", "a/b")]
    [TestCase("https://hr.example.com/", "../http://hr.corp/", "../http://hr.corp/")]
    [TestCase("https://desk.example.com/outside/", "/\\inside/", "/\\inside/")]
    [TestCase("https://hr.example.com/", "", "")]
    public void An_internal_url_becomes_external(string page, string url, string expected)
        => Text(TranslationCatalogue.For(page).Translate(Octets(url))).Should().Be(expected);

    [Test]
    public void Most_paths_of_a_host_are_one_look_up_each()
    {
        var apps = string.Join(',', Enumerable.Range(0, 2000).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""
            { "displayName": "{{i}}", "onPremisesPublishing": { "externalUrl": "https://a{{i}}.example.com/", "internalUrl": "http://one.corp/p{{i}}/q/", "externalAuthenticationType": "passthru" } }
            """)));
        var catalogue = TranslationCatalogue.Read($$"""{ "applications": [ {{apps}} ] }""");
        var request = TranslationCatalogue.RequestOf("https://hr.example.com/", out _);

        var urls = new UrlTranslation(new UrlMap(catalogue), catalogue.Apps[7], request);

        urls.Translate("http://one.corp/p1999/q/r").Should().Be("https://a1999.example.com/r");
        urls.Translate("http://one.corp/p1999/q").Should().Be("https://a1999.example.com");
        urls.Translate("http://one.corp/p1999/").Should().Be("http://one.corp/p1999/");
    }

    [Test]
    public void A_map_is_made_once_for_a_catalogue_also_where_exchanges_have_the_one_before()
    {
        using var store = new CatalogueStore(new CatalogueOptions { Json = "{}" }, TimeProvider.System, NullLogger<CatalogueStore>.Instance);
        var maps = new UrlMaps(store);
        store.Load();
        maps.Made.Should().Be(2, "the one that is served has its map before anybody asks");
        maps.Of(store.Current);
        var before = TranslationCatalogue.Read("""{ "applications": [] }""");

        var map = maps.Of(TranslationCatalogue.Snapshot);
        for (var turn = 0; turn < 3; turn++)
        {
            maps.Of(before).Catalogue.Should().BeSameAs(before);
            maps.Of(TranslationCatalogue.Snapshot).Should().BeSameAs(map);
        }

        maps.Made.Should().Be(4);
        map.Fingerprint.Should().Be(new UrlMap(TranslationCatalogue.Snapshot).Fingerprint).And.NotBe(new UrlMap(CatalogueSnapshot.Empty).Fingerprint);
    }

    private static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Text(string octets) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(octets));
}

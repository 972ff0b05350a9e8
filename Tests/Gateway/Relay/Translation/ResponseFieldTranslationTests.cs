using AppProxy.Gateway.Relay.Translation;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay.Translation;

[TestFixture]
internal sealed class ResponseFieldTranslationTests
{
    private const string Hr = "https://hr.example.com/";
    private const string Plain = "http://plain.example.com:8000/";
    private const string Desk = "https://desk.example.com/outside/";

    [TestCase("Location", "http://hr.corp/a", "https://hr.example.com/a")]
    [TestCase("location", "http://hr.corp/a", "https://hr.example.com/a")]
    [TestCase("Content-Location", "http://hr.corp/a", "https://hr.example.com/a")]
    [TestCase("SourceMap", "http://hr.corp/a.map", "https://hr.example.com/a.map")]
    [TestCase("Refresh", "5; url=http://hr.corp/a", "5; url=https://hr.example.com/a")]
    [TestCase("Refresh", "0.5 , URL = 'http://hr.corp/a'", "0.5 , URL = 'https://hr.example.com/a'")]
    [TestCase("Refresh", "5", "5")]
    [TestCase("Refresh", "5; url", "5; url")]
    [TestCase("Refresh", "5;url=", "5;url=")]
    [TestCase("Link", "<http://hr.corp/a>; rel=\"preload; <http://hr.corp/b>\", <http://wiki.corp/>;rel=next, <//hr.corp/c>", "<https://hr.example.com/a>; rel=\"preload; <http://hr.corp/b>\", <http://wiki.corp/>;rel=next, <//hr.example.com/c>")]
    [TestCase("Link", "<http://hr.corp/a", "<http://hr.corp/a")]
    [TestCase("Reporting-Endpoints", "a=\"http://hr.corp/r\", b=\"/r\"", "a=\"https://hr.example.com/r\", b=\"/r\"")]
    [TestCase("Timing-Allow-Origin", "http://hr.corp, http://elsewhere.example, *", "https://hr.example.com, http://elsewhere.example, *")]
    [TestCase("Access-Control-Allow-Origin", "http://desk.corp:8080", "https://desk.example.com")]
    [TestCase("Access-Control-Allow-Origin", "http://x.star.corp", "https://x.apps.example.com")]
    [TestCase("Access-Control-Allow-Origin", "*", "*")]
    [TestCase("Access-Control-Allow-Origin", "null", "null")]
    public void A_field_says_what_clients_know(string name, string value, string expected) => Translate(Hr, name, value).Should().Be(expected);

    [TestCase("Service-Worker-Allowed", "/inside/", "/outside/")]
    [TestCase("Location", "/inside/a", "/outside/a")]
    [TestCase("Refresh", "0;url=/inside/a", "0;url=/outside/a")]
    public void A_path_becomes_the_external_one(string name, string value, string expected) => Translate(Desk, name, value).Should().Be(expected);

    [Test]
    public void Who_asked_is_who_is_allowed()
    {
        var urls = TranslationCatalogue.For(Hr, origin: "https://wiki.example.com");

        ResponseFieldTranslation.Translate("Access-Control-Allow-Origin", "http://desk.corp:8080", urls).Should().Be("https://wiki.example.com");
    }

    [TestCase("Default-Src 'none';\tIMG-SRC\thttp://segment.corp", "Default-Src 'none';\tIMG-SRC\thttps://two.example.com")]
    [TestCase("connect-src ws://segment.corp:80 segment.corp elsewhere.example", "connect-src wss://two.example.com two.example.com elsewhere.example")]
    [TestCase("default-src 'self' http://hr.corp; img-src data: *", "default-src 'self' https://hr.example.com https://alternate.example.com; img-src data: *")]
    [TestCase("script-src http://desk.corp:8080/inside/a.js", "script-src https://desk.example.com/outside/a.js")]
    [TestCase("script-src http://desk.corp:8080/", "script-src https://wiki.example.com https://desk.example.com")]
    [TestCase("script-src desk.corp:8080/other/", "script-src wiki.example.com desk.example.com")]
    [TestCase("frame-ancestors http://*.star.corp *.star.corp", "frame-ancestors https://*.apps.example.com *.apps.example.com")]
    [TestCase("script-src 'nonce-http://hr.corp' 'unsafe-inline' https: blob:", "script-src 'nonce-http://hr.corp' 'unsafe-inline' https: blob:")]
    [TestCase("sandbox segment.corp; report-uri http://segment.corp/r /r", "sandbox segment.corp; report-uri https://two.example.com/segment/r /r")]
    [TestCase("img-src segment.corp, img-src segment.corp", "img-src two.example.com, img-src two.example.com")]
    [TestCase("img-src http://elsewhere.example http://elsewhere.example/a", "img-src http://elsewhere.example http://elsewhere.example/a")]
    [TestCase("", "")]
    public void A_policy_allows_the_same_apps(string value, string expected)
        => Translate("https://wiki.example.com/", "Content-Security-Policy", value).Should().Be(expected);

    [TestCase(Hr, "a=b", "a=b; Secure")]
    [TestCase(Hr, "a=b; secure; SameSite=None; HttpOnly; Max-Age=5", "a=b; secure; SameSite=None; HttpOnly; Max-Age=5")]
    [TestCase(Hr, "a=http://hr.corp; Domain=hr.corp; Secure", "a=http://hr.corp; Domain=hr.example.com; Secure")]
    [TestCase(Hr, "a=b; domain=.HR.corp.;Secure", "a=b; Domain=hr.example.com;Secure")]
    [TestCase(Hr, "a=b; Domain=corp; Secure", "a=b; Secure")]
    [TestCase(Hr, "a=b; Domain=.corp; Secure", "a=b; Secure")]
    [TestCase(Hr, "a=b; Domain=example.com; Secure", "a=b; Secure")]
    [TestCase(Hr, "a=b; Domain=; Secure", "a=b; Secure")]
    [TestCase(Hr, "a=b; Domain=hr.example.com; Secure", "a=b; Domain=hr.example.com; Secure")]
    [TestCase(Hr, "a=b; Domain=elsewhere.example; Secure", "a=b; Domain=elsewhere.example; Secure")]
    [TestCase(Hr, "a=b; Path=/x; Secure", "a=b; Path=/x; Secure")]
    [TestCase("https://x.apps.example.com/", "a=b; Domain=star.corp; Secure", "a=b; Secure")]
    [TestCase("https://x.apps.example.com/", "a=b; Domain=apps.example.com; Secure", "a=b; Secure")]
    [TestCase("https://x.apps.example.com/", "a=b; Domain=x.star.corp; Secure", "a=b; Domain=x.apps.example.com; Secure")]
    [TestCase(Desk, "a=b; Path=/inside/x; Secure", "a=b; Path=/outside/x; Secure")]
    [TestCase(Desk, "a=b; Path=/inside/; Secure", "a=b; Path=/outside; Secure")]
    [TestCase(Desk, "a=b; Path=/inside; Secure", "a=b; Path=/outside; Secure")]
    [TestCase(Desk, "a=b; Path=/; Secure", "a=b; Path=/; Secure")]
    [TestCase(Desk, "a=b; Path=/elsewhere; Secure", "a=b; Path=/elsewhere; Secure")]
    [TestCase("https://apps.example.com/path/", "a=b; Path=/; Secure", "a=b; Path=/path; Secure")]
    [TestCase("https://apps.example.com/path/", "a=b; Path=/path/x; Secure", "a=b; Path=/path/x; Secure")]
    [TestCase("https://apps.example.com/path/", "__Host-a=b; Path=/; Secure", "__Host-a=b; Path=/; Secure")]
    [TestCase("https://deep.example.com/", "a=b; Path=/a; Secure", "a=b; Path=/; Secure")]
    [TestCase("https://deep.example.com/", "a=b; Path=/a/b; Secure", "a=b; Path=/; Secure")]
    [TestCase("http://plain.example.com:8000/", "a=b", "a=b")]
    [TestCase(Plain, "a=b; Secure; HttpOnly", "a=b; HttpOnly")]
    [TestCase(Plain, "a=b; secure; SameSite=none; Partitioned; Path=/x", "a=b; Path=/x")]
    [TestCase(Plain, "a=b; SameSite=Strict; Secure", "a=b; SameSite=Strict")]
    [TestCase(Plain, "__Secure-a=b; Secure; SameSite=None", "__Secure-a=b; Secure; SameSite=None")]
    [TestCase(Plain, "__Host-a=b; Path=/; Secure", "__Host-a=b; Path=/; Secure")]
    [TestCase(Hr, "", "; Secure")]
    public void A_cookie_belongs_to_the_external_host_and_path(string page, string value, string expected)
        => ResponseFieldTranslation.Translate("Set-Cookie", value, TranslationCatalogue.For(page)).Should().Be(expected);

    [TestCase("AppProxy=x")]
    [TestCase("__Host-AppProxy-Access=x; Path=/; Secure")]
    [TestCase("__secure-appproxy.state=x")]
    [TestCase(" AppProxyAnything ; Path=/")]
    public void An_app_sets_no_cookie_of_ours(string value) => ResponseFieldTranslation.Translate("Set-Cookie", value, TranslationCatalogue.For(Hr)).Should().BeNull();

    [Test]
    public void Other_fields_are_not_looked_at()
    {
        foreach (var name in new[] { "Content-Type", "ETag", "X-Location", "Links", "Set-Cookie2", "WWW-Authenticate" })
        {
            ResponseFieldTranslation.Concerns(name).Should().BeFalse(name);
        }
    }

    private static string? Translate(string page, string name, string value) => ResponseFieldTranslation.Translate(name, value, TranslationCatalogue.For(page));
}

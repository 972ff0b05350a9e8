using AppProxy.Gateway.Relay.Translation;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay.Translation;

[TestFixture]
internal sealed class RequestUrlsTests
{
    private const string Hr = "https://hr.example.com/";
    private const string Desk = "https://desk.example.com/outside/";
    private const string Own = "https://own.example.com/out/";

    [TestCase(Hr, "Origin", "https://hr.example.com", "http://hr.corp")]
    [TestCase(Hr, "Origin", "https://HR.example.com.:443", "http://hr.corp")]
    [TestCase(Hr, "Origin", "http://plain.example.com:8000", "https://plain.corp:8443")]
    [TestCase(Hr, "Origin", "https://x.y.apps.example.com", "http://x.y.star.corp")]
    [TestCase(Desk, "Origin", "https://desk.example.com", "http://desk.corp:8080")]
    [TestCase(Hr, "Origin", "https://desk.example.com", "https://desk.example.com")]
    [TestCase(Hr, "Origin", "https://elsewhere.example", "https://elsewhere.example")]
    [TestCase(Hr, "Origin", "null", "null")]
    [TestCase(Hr, "Origin", "http://hr.example.com", "http://hr.example.com")]
    [TestCase(Own, "Origin", "https://own.example.com", "https://own.example.com")]
    [TestCase(Hr, "Referer", "https://hr.example.com/a%2Fb?c=https://hr.example.com/", "http://hr.corp/a%2Fb?c=https://hr.example.com/")]
    [TestCase(Hr, "Referer", "https://hr.example.com", "http://hr.corp/")]
    [TestCase(Hr, "Referer", "https://desk.example.com/outside/a", "http://desk.corp:8080/inside/a")]
    [TestCase(Desk, "Referer", "https://desk.example.com/elsewhere", "https://desk.example.com/elsewhere")]
    [TestCase(Desk, "Referer", "https://wiki.example.com/a", "http://desk.corp:8080/inside/wiki/a")]
    [TestCase(Hr, "Referer", "https://hr.example.com/a/../b", "https://hr.example.com/a/../b")]
    [TestCase(Hr, "Referer", "https://hr.example.com/a/%u002e%u002e/b", "https://hr.example.com/a/%u002e%u002e/b")]
    [TestCase(Hr, "Referer", "https://hr.example.com/%u0061", "http://hr.corp/%u0061")]
    [TestCase(Hr, "Referer", "https://hr.example.com@elsewhere.example/", "https://hr.example.com@elsewhere.example/")]
    [TestCase(Hr, "Referer", "not a url", "not a url")]
    [TestCase(Own, "Referer", "https://own.example.com/out/a", "https://own.example.com/out/a")]
    [TestCase(Desk, "Destination", "https://desk.example.com/outside/a%20b", "http://desk.corp:8080/inside/a%20b")]
    [TestCase(Desk, "Destination", "/outside/a", "/inside/a")]
    [TestCase(Desk, "Destination", "/elsewhere/a", "/elsewhere/a")]
    [TestCase(Own, "Destination", "https://own.example.com/out/a", "http://own.example.com/in/a")]
    [TestCase(Hr, "Destination", "http://elsewhere.example/", "http://elsewhere.example/")]
    [TestCase(Desk, "If", "<https://desk.example.com/outside/a> (<urn:uuid:1> [\"e\"]) <http://elsewhere.example/> (Not <https://desk.example.com/outside/>)",
        "<http://desk.corp:8080/inside/a> (<urn:uuid:1> [\"e\"]) <http://elsewhere.example/> (Not <https://desk.example.com/outside/>)")]
    [TestCase(Desk, "If", "(<urn:uuid:1>)", "(<urn:uuid:1>)")]
    public void An_app_gets_urls_that_it_knows(string page, string name, string value, string expected)
    {
        var request = TranslationCatalogue.RequestOf(page, out var app);

        RequestUrls.Concerns(name).Should().BeTrue();
        RequestUrls.Translate(name, value, TranslationCatalogue.Snapshot, app, request).Should().Be(expected);
    }

    [TestCase("https://x.y.apps.example.com/", "x.y.star.corp")]
    [TestCase(Hr, null)]
    public void A_wildcards_host_is_told(string page, string? expected)
    {
        var request = TranslationCatalogue.RequestOf(page, out var app);

        RequestUrls.HostOf(app, request).Should().Be(expected);
    }
}

using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue;

[TestFixture]
internal sealed class AppMatcherTests
{
    private static readonly CatalogueSnapshot Snapshot = Read(
        App("https://hr.example.com/"),
        App("https://hr.example.com/desk/"),
        App("https://hr.example.com/desk/old/"),
        App("https://hr.example.com:8443/"),
        App("http://only.example.com:8080/app/"),
        App("https://BÜCHER.example.com/größe/"),
        App("http://[::1]:8080/"),
        App("https://*.apps.example.com/", "http://*.corp.local/"),
        App("https://*.apps.example.com/admin/", "http://*.admin.local/"),
        App("https://*.eu.apps.example.com/", "http://*.eu.local/"),
        App("https://exact.apps.example.com/desk/"),
        App("https://whole.apps.example.com/"),
        App("http://mixed.apps.example.com:443/"),
        App("https://shop.example.com/", more: """
            "alternateUrl": "https://shop.traffic.example.net/",
            "segmentsConfiguration": { "applicationSegments": [
              { "id": "main", "externalUrl": "https://shop.example.com/", "internalUrl": "http://a/" },
              { "id": "cart", "externalUrl": "https://cart.example.com/", "internalUrl": "http://cart.corp/", "alternateUrl": "https://cart.traffic.example.net/" },
              { "id": "docs", "externalUrl": "https://shop.example.com/docs/", "internalUrl": "http://docs.corp:81/d/" } ] },
            """));

    [TestCase("https", "hr.example.com", "/", "https://hr.example.com/")]
    [TestCase("https", "hr.example.com:443", "/", "https://hr.example.com/")]
    [TestCase("https", "HR.Example.Com", "/x", "https://hr.example.com/")]
    [TestCase("HTTPS", "hr.example.com.", "/", "https://hr.example.com/")]
    [TestCase("https", "hr.example.com:8443", "/desk/", "https://hr.example.com:8443/")]
    [TestCase("https", "hr.example.com", "/desk/1", "https://hr.example.com/desk/")]
    [TestCase("https", "hr.example.com", "/desk", "https://hr.example.com/desk/")]
    [TestCase("https", "hr.example.com", "/desktop", "https://hr.example.com/")]
    [TestCase("https", "hr.example.com", "/Desk/", "https://hr.example.com/")]
    [TestCase("https", "hr.example.com", "", "https://hr.example.com/")]
    [TestCase("https", "hr.example.com", "/desk/old/1", "https://hr.example.com/desk/old/")]
    [TestCase("https", "hr.example.com", "/desk/old", "https://hr.example.com/desk/old/")]
    [TestCase("https", "hr.example.com", "/desk/older/1", "https://hr.example.com/desk/")]
    [TestCase("http", "only.example.com:8080", "/app/x", "http://only.example.com:8080/app/")]
    [TestCase("http", "mixed.apps.example.com:443", "/x", "http://mixed.apps.example.com:443/")]
    [TestCase("https", "bücher.example.com", "/größe/", "https://bücher.example.com/größe/")]
    [TestCase("https", "BÜCHER.example.com.", "/größe/", "https://bücher.example.com/größe/")]
    [TestCase("https", "xn--bcher-kva.example.com", "/größe/", "https://bücher.example.com/größe/")]
    [TestCase("http", "[::1]:8080", "/", "http://[::1]:8080/")]
    public void Finds_the_app(string scheme, string host, string path, string externalUrl) => Find(scheme, host, path).ExternalUrl.Should().Be(AppUrl.Parse(externalUrl));

    [TestCase("a.apps.example.com", "/", "http://*.corp.local/")]
    [TestCase("A.APPS.example.com.", "/", "http://*.corp.local/")]
    [TestCase("a.b.apps.example.com", "/", "http://*.corp.local/")]
    [TestCase("a.apps.example.com", "/admin/x", "http://*.admin.local/")]
    [TestCase("a.eu.apps.example.com", "/", "http://*.eu.local/")]
    [TestCase("a.eu.apps.example.com", "/admin", "http://*.eu.local/")]
    [TestCase("eu.apps.example.com", "/", "http://*.corp.local/")]
    [TestCase("bücher.apps.example.com", "/", "http://*.corp.local/")]
    [TestCase("exact.apps.example.com", "/desk/x", "http://a/")]
    [TestCase("exact.apps.example.com", "/", "http://*.corp.local/")]
    [TestCase("whole.apps.example.com", "/admin/x", "http://a/")]
    [TestCase("mixed.apps.example.com", "/x", "http://*.corp.local/", Description = "The name's own app is not for https.")]
    public void The_most_specific_wins_and_exact_before_wildcard(string host, string path, string internalUrl)
        => Find("https", host, path).InternalUrl.Should().Be(AppUrl.Parse(internalUrl));

    [TestCase("shop.example.com", "/", "http://a/", "")]
    [TestCase("shop.traffic.example.net", "/", "http://a/", "")]
    [TestCase("cart.example.com", "/x", "http://cart.corp/", ".cart")]
    [TestCase("cart.traffic.example.net", "/x", "http://cart.corp/", ".cart")]
    [TestCase("shop.example.com", "/docs/x", "http://docs.corp:81/d/", ".docs")]
    public void Alternate_urls_and_segments_lead_to_their_app(string host, string path, string internalUrl, string segment)
    {
        var found = Find("https", host, path);

        found.DisplayName.Should().Be("https://shop.example.com/");
        found.InternalUrl.Should().Be(AppUrl.Parse(internalUrl));
        found.TargetId.Should().Be(found.Id + segment);
        found.SettingsVersion.Should().Be(1);
    }

    [TestCase("http", "hr.example.com", "/")]
    [TestCase("http", "hr.example.com:443", "/")]
    [TestCase("https", "hr.example.com:8444", "/")]
    [TestCase("https", "hr.example.com:", "/")]
    [TestCase("https", "hr.example.com:x", "/")]
    [TestCase("https", ":443", "/")]
    [TestCase("https", "", "/")]
    [TestCase("https", "example.com", "/")]
    [TestCase("https", "x.hr.example.com", "/")]
    [TestCase("https", "hr.example.com..", "/")]
    [TestCase("http", "only.example.com", "/")]
    [TestCase("http", "only.example.com:8080", "/")]
    [TestCase("http", "only.example.com:8080", "/ap")]
    [TestCase("https", "bücher..com", "/")]
    [TestCase("https", "apps.example.com", "/")]
    [TestCase("https", ".apps.example.com", "/")]
    [TestCase("https", "a..apps.example.com", "/")]
    [TestCase("https", "a@b.apps.example.com", "/")]
    [TestCase("https", "-a.apps.example.com", "/")]
    [TestCase("https", "a.apps.example.com:8443", "/")]
    [TestCase("http", "a.apps.example.com", "/")]
    [TestCase("http", "whole.apps.example.com:443", "/")]
    [TestCase("https", "gateway.apps.example.com", "/")]
    [TestCase("https", "GATEWAY.apps.example.com.", "/admin/")]
    public void Finds_nothing(string scheme, string host, string path)
        => Snapshot.Matcher.TryMatch(scheme, new HostString(host), path, out _).Should().BeFalse();

    [Test]
    public void A_name_of_any_length_is_no_trouble()
        => Snapshot.Matcher.TryMatch("https", new HostString(string.Join('.', Enumerable.Repeat("a", 10_000)) + ".apps.example.com"), "/", out _).Should().BeFalse();

    [TestCase("HR.example.com:443", "/desk/1")]
    [TestCase("a.b.apps.example.com", "/x")]
    [TestCase("cart.example.com", "/")]
    public void Looking_up_allocates_nothing(string name, string path)
    {
        var host = new HostString(name);
        Find("https", name, path);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Snapshot.Matcher.TryMatch("https", host, path, out _);
        }

        // Some slack for the runtime's own tiering, far below one object per look-up.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1000);
    }

    [Test]
    public void Ten_thousand_apps_are_looked_up_as_often_as_ten()
    {
        var few = CountLookups(10);
        var many = CountLookups(10_000);

        many.Should().Equal(few);
        many.Should().Equal(
            [1, 1, 2, 3, 3],
            "the authority is looked up once; then, where there are any, the app's path, or the gateway's own hosts and one wildcard");
    }

    private static int[] CountLookups(int apps)
    {
        var comparer = new CountingComparer();
        var documents = Enumerable.Range(0, apps).SelectMany(number => (string[])
        [
            App($"https://app{number}.example.com/"),
            App($"https://shared.example.com/app{number}/"),
            App($"https://*.wild{number}.example.com/", "http://*.corp/"),
        ]);
        var matcher = new AppMatcher(Read([.. documents]).Apps, Enumerable.Range(0, 20).Select(number => $"gateway{number}.example.com"), comparer);

        return [Count("app7.example.com", "/", true), Count("app7.example.com", "/x/y/z", true), Count("shared.example.com", "/app7/x/y", true), Count("a.wild7.example.com", "/", true), Count("nobody.at.example.org", "/", false)];

        int Count(string host, string path, bool isFound)
        {
            comparer.Lookups = 0;
            matcher.TryMatch("https", new HostString(host), path, out _).Should().Be(isFound);
            return comparer.Lookups;
        }
    }

    private static PublishedApp Find(string scheme, string host, string path)
    {
        Snapshot.Matcher.TryMatch(scheme, new HostString(host), path, out var app).Should().BeTrue();
        return app!;
    }

    private static string App(string externalUrl, string internalUrl = "http://a/", string more = "")
        => $$"""
            { "displayName": "{{externalUrl}}", "onPremisesPublishing": { {{more}}
              "externalUrl": "{{externalUrl}}", "internalUrl": "{{internalUrl}}", "externalAuthenticationType": "passthru" } }
            """;

    private static CatalogueSnapshot Read(params string[] apps)
    {
        var reading = CatalogueReader.Read(
            Encoding.UTF8.GetBytes($$"""{ "applications": [ {{string.Join(",", apps)}} ] }"""), ["gateway.apps.example.com"], CatalogueSnapshot.Empty, 1);
        reading.Problems.Should().BeEmpty();
        return reading.Snapshot!;
    }
}

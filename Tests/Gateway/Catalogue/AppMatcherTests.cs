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
    private static readonly AppMatcher Matcher = Create(
        "https://hr.example.com/",
        "https://hr.example.com/desk/",
        "https://hr.example.com/desk/old/",
        "http://only.example.com:8080/app/",
        "https://BÜCHER.example.com/größe/",
        "http://[::1]:8080/");

    [TestCase("https", "hr.example.com", 443, "/", "https://hr.example.com/")]
    [TestCase("https", "HR.Example.Com", 443, "/x", "https://hr.example.com/")]
    [TestCase("https", "hr.example.com.", null, "/", "https://hr.example.com/")]
    [TestCase(null, "hr.example.com", null, "/desk/1", "https://hr.example.com/desk/")]
    [TestCase(null, "hr.example.com", null, "/desk", "https://hr.example.com/desk/")]
    [TestCase(null, "hr.example.com", null, "/desktop", "https://hr.example.com/")]
    [TestCase(null, "hr.example.com", null, "/Desk/", "https://hr.example.com/")]
    [TestCase(null, "hr.example.com", null, "/desk/old/1", "https://hr.example.com/desk/old/")]
    [TestCase("http", "only.example.com", 8080, "/app/x", "http://only.example.com:8080/app/")]
    [TestCase(null, "bücher.example.com", null, "/größe/", "https://bücher.example.com/größe/")]
    [TestCase(null, "BÜCHER.example.com", null, "/größe/", "https://bücher.example.com/größe/")]
    [TestCase(null, "xn--bcher-kva.example.com", null, "/größe/", "https://bücher.example.com/größe/")]
    [TestCase(null, "[::1]", 8080, "/", "http://[::1]:8080/")]
    public void Finds_the_app(string? scheme, string host, int? port, string path, string externalUrl)
    {
        Matcher.TryMatch(scheme, host, port, path, out var app).Should().BeTrue();
        app!.ExternalUrl.Should().Be(new Uri(externalUrl));
    }

    [TestCase("http", "hr.example.com", null, "/")]
    [TestCase("https", "hr.example.com", 8443, "/")]
    [TestCase(null, "example.com", null, "/")]
    [TestCase(null, "x.hr.example.com", null, "/")]
    [TestCase(null, "hr.example.com..", null, "/")]
    [TestCase(null, "only.example.com", null, "/")]
    [TestCase(null, "only.example.com", null, "/ap")]
    [TestCase(null, "", null, "/")]
    [TestCase(null, "bücher..com", null, "/")]
    public void Finds_nothing(string? scheme, string host, int? port, string path)
        => Matcher.TryMatch(scheme, host, port, path, out _).Should().BeFalse();

    [TestCase("hr.example.com", true)]
    [TestCase("hr.example.com:443", true)]
    [TestCase("hr.example.com:444", false)]
    [TestCase("hr.example.com:", false)]
    [TestCase("hr.example.com:x", false)]
    [TestCase(":443", false)]
    [TestCase("", false)]
    public void A_host_header_is_split(string value, bool expected)
        => Matcher.TryMatch("https", new HostString(value), "/", out _).Should().Be(expected);

    [Test]
    public void A_host_header_with_an_ipv6_address_is_split()
        => Matcher.TryMatch("http", new HostString("[::1]:8080"), "/", out _).Should().BeTrue();

    [Test]
    public void Looking_up_allocates_nothing()
    {
        var host = new HostString("HR.example.com:443");
        Matcher.TryMatch("https", host, "/desk/1", out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Matcher.TryMatch("https", host, "/desk/1", out _);
        }

        // Some slack for the runtime's own tiering, far below one object per look-up.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1000);
    }

    private static AppMatcher Create(params string[] externalUrls)
    {
        var apps = externalUrls.Select(url => $$"""
            { "displayName": "{{url}}", "onPremisesPublishing": { "externalUrl": "{{url}}", "internalUrl": "http://a/", "externalAuthenticationType": "passthru" } }
            """);
        var reading = CatalogueReader.Read(Encoding.UTF8.GetBytes($$"""{ "applications": [ {{string.Join(",", apps)}} ] }"""), [], CatalogueSnapshot.Empty, 1);
        reading.Problems.Should().BeEmpty();
        return reading.Snapshot!.Matcher;
    }
}

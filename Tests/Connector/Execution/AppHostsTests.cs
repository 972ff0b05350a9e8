using AppProxy.Connector.Execution;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Connector.Execution;

[TestFixture]
internal sealed class AppHostsTests
{
    [TestCase("http://*.corp.local/", "a", "http://a.corp.local/"), TestCase("https://*.corp.local:8443/base/", "a.b", "https://a.b.corp.local:8443/base/")]
    public void Labels_take_the_place_of_the_star(string pattern, string labels, string url)
        => AppHosts.TryMakeUrl(pattern, labels).Should().Be(new Uri(url));

    /// <summary>They were judged before; this is what would stop them if they had not been.</summary>
    [TestCase("evil.com/"), TestCase("evil.com#"), TestCase("evil.com?"), TestCase("evil.com\\"), TestCase("a.b@c"), TestCase("u:p@a"), TestCase("a:80"), TestCase(""), TestCase("."), TestCase("a."), TestCase("a b"),
     TestCase("B"), TestCase("bücher"), TestCase("%61"), TestCase("127.0.0.1:80/")]
    public void What_leads_elsewhere_makes_no_url(string labels)
        => AppHosts.TryMakeUrl("http://*.corp.local/x/", labels).Should().BeNull();

    [Test]
    public void A_name_that_is_too_long_makes_no_url()
        => AppHosts.TryMakeUrl("http://*.corp.local/", string.Join('.', Enumerable.Repeat("abc", 62))).Should().BeNull();
}

using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue;

[TestFixture]
internal sealed class PathGuardTests
{
    private static readonly PathGuard Desk = PathGuard.Of(["/desk/", "/größe/klein/"], "/")!;

    private static readonly CatalogueSnapshot Snapshot = Read(
        App("site.example.com/", "passthru"),
        App("site.example.com/desk/", "aadPreAuthentication"),
        App("site.example.com/desk/archive/", "aadPreAuthentication"),
        App("site.example.com/open/", "passthru"),
        App("odd.example.com/", "passthru"),
        App("odd.example.com//", "aadPreAuthentication"),
        App("odd.example.com/;a/", "aadPreAuthentication"),
        App("odd.example.com/.../", "aadPreAuthentication"),
        App("plain.example.com/", "passthru"),
        App("inner.example.com/", "aadPreAuthentication"),
        App("inner.example.com/public/", "passthru"),
        App("parts.example.com/", "aadPreAuthentication", """
            "segmentsConfiguration": { "applicationSegments": [ { "id": "part", "externalUrl": "https://parts.example.com/part/", "internalUrl": "http://b/" } ] },
            """),
        App("*.apps.example.com/", "passthru", internalUrl: "http://*.corp.local/"),
        App("*.apps.example.com/admin/", "aadPreAuthentication", internalUrl: "http://*.corp.local/admin/"),
        App("a.apps.example.com/hr/", "aadPreAuthentication"));

    [TestCase("/Desk/x")]
    [TestCase("/DESK")]
    [TestCase("//desk/x")]
    [TestCase("/./desk/x")]
    [TestCase("/x/../desk/x")]
    [TestCase("/x//../desk/x")]
    [TestCase("/x/..;/desk/x")]
    [TestCase("/x/..;a=1/desk")]
    [TestCase("/;a/desk/x")]
    [TestCase("/desk;a=1/x")]
    [TestCase("/desk;/x")]
    [TestCase("/x%2f..%2fdesk/")]
    [TestCase("/x/%2e%2e/desk/")]
    [TestCase("/x/%2e%2e%3b/desk/")]
    [TestCase("/x%252f..%252fdesk/")]
    [TestCase("/%2fdesk/")]
    [TestCase("/%2564esk/x")]
    [TestCase("/desk%2fx")]
    [TestCase("/desk%5cx")]
    [TestCase("/\\desk/x")]
    [TestCase("/x\\..\\desk\\")]
    [TestCase("/desk%3b/x")]
    [TestCase("/desk%3fx")]
    [TestCase("/desk%23x")]
    [TestCase("/desk%20/x")]
    [TestCase("/desk./x")]
    [TestCase("/x/..%20/desk")]
    [TestCase("/gr%C3%B6%C3%9Fe%2fKLEIN")]
    [TestCase("/x?/../y#/Desk/../../", false)]
    [TestCase("http://host/Desk/x")]
    [TestCase("/%2525252525252564esk/")]
    [TestCase("/%u0064esk/x")]
    [TestCase("/%U0064esk/x")]
    [TestCase("/x%u002f%u002e%u002e/desk")]
    [TestCase("/%25u0064esk/x")]
    [TestCase("/gr%F6%DFe/klein", Description = "Latin-1.")]
    [TestCase("/", false)]
    [TestCase("*", false)]
    [TestCase("/%u/%u00/%unfair/%ux064esk/100%", false)]
    [TestCase("/x", false)]
    [TestCase("/desktop/x", false)]
    [TestCase("/x/desk/y", false)]
    [TestCase("/a%2Fb;v=1/c%20d/100%25?q=/desk/..", false)]
    [TestCase("/gr%C3%B6%C3%9Fe/gross", false)]
    [TestCase("/...", false)]
    [TestCase("http://host", false)]
    [TestCase("http://desk/x", false)]
    public void What_a_back_end_could_take_for_a_protected_app_s_is_in_doubt(string target, bool isInDoubt = true)
        => Desk.IsInDoubt(target).Should().Be(isInDoubt);

    [TestCase("/caf%E9/x", false)]
    [TestCase("/%E9/%u0064esk")]
    [TestCase("/%E9%2fdesk/", false)]
    [TestCase("/Desk/%E9")]
    public void Octets_that_are_not_UTF_8_do_no_harm_to_paths_in_ASCII(string target, bool isInDoubt = true)
        => PathGuard.Of(["/desk/"], "/")!.IsInDoubt(target).Should().Be(isInDoubt);

    [TestCase("site.example.com", "/", true)]
    [TestCase("site.example.com", "/desk/x", true, Description = "Others may be assigned to the archive below it.")]
    [TestCase("site.example.com", "/desk/archive/x", true)]
    [TestCase("site.example.com", "/open/x", true)]
    [TestCase("inner.example.com", "/x", false, Description = "Nobody is kept from the open one.")]
    [TestCase("inner.example.com", "/public/x", true)]
    [TestCase("plain.example.com", "/", false)]
    [TestCase("parts.example.com", "/", false, Description = "Its part is the same app.")]
    [TestCase("b.apps.example.com", "/", true)]
    [TestCase("a.apps.example.com", "/x", true, Description = "What the name's own app does not cover goes to the wildcard's.")]
    [TestCase("a.apps.example.com", "/hr/x", false)]
    public void Only_who_shares_a_host_with_protected_apps_is_looked_at(string host, string path, bool isGuarded)
    {
        Snapshot.Matcher.TryMatch("https", new HostString(host), path, out _, out var guard).Should().BeTrue();

        (guard is not null).Should().Be(isGuarded);
    }

    [TestCase("site.example.com", "/open/x", false)]
    [TestCase("site.example.com", "/open/desk/x", false)]
    [TestCase("site.example.com", "/open/%252e%252e%252fdesk/x", true)]
    [TestCase("site.example.com", "/open/..%20/desk/x", true)]
    [TestCase("site.example.com", "/desk/archive/x", false)]
    [TestCase("odd.example.com", "/", false)]
    [TestCase("odd.example.com", "/x", false)]
    [TestCase("odd.example.com", "/;b/x", false)]
    [TestCase("odd.example.com", "/x/%252e%252e/", true)]
    [TestCase("inner.example.com", "/public/x", false)]
    [TestCase("inner.example.com", "/public/%252e%252e/x", true)]
    public void Nobody_gets_out_of_an_app_to_one_beside_or_above_it(string host, string target, bool isInDoubt)
    {
        Snapshot.Matcher.TryMatch("https", new HostString(host), target, out _, out var guard).Should().BeTrue();

        guard!.IsInDoubt(target).Should().Be(isInDoubt);
    }

    [Test]
    public void A_wildcard_s_app_is_looked_at_for_those_of_the_name_itself_too()
    {
        Snapshot.Matcher.TryMatch("https", new HostString("a.apps.example.com"), "/x", out _, out var guard).Should().BeTrue();

        guard!.IsInDoubt("/HR/x").Should().BeTrue();
        guard.IsInDoubt("/Admin/x").Should().BeTrue();
        guard.IsInDoubt("/other").Should().BeFalse();
    }

    [Test]
    public void Without_anything_to_guard_there_is_none()
    {
        PathGuard.Of([], "/").Should().BeNull();
        PathGuard.Both(null, Desk).Should().BeSameAs(Desk);
        PathGuard.Both(Desk, PathGuard.Of(["/shop/"], "/"))!.IsInDoubt("/SHOP").Should().BeTrue();
    }

    private static string App(string url, string type, string more = "", string internalUrl = "http://a/")
        => $$"""
            { "displayName": "{{url}}", "onPremisesPublishing": { {{more}} "externalUrl": "https://{{url}}", "internalUrl": "{{internalUrl}}", "externalAuthenticationType": "{{type}}" } }
            """;

    private static CatalogueSnapshot Read(params string[] apps)
    {
        var reading = CatalogueReader.Read(Encoding.UTF8.GetBytes($$"""{ "applications": [ {{string.Join(",", apps)}} ] }"""), [], CatalogueSnapshot.Empty, 1);
        reading.Problems.Should().BeEmpty();
        return reading.Snapshot!;
    }
}

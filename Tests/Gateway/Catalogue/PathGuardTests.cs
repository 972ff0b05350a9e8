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
    private static readonly CatalogueSnapshot Snapshot = Read(
        App("site.example.com/", "passthru"),
        App("site.example.com/desk/", "aadPreAuthentication"),
        App("site.example.com/desk/archive/", "aadPreAuthentication"),
        App("site.example.com/open/", "passthru"),
        App("desk.example.com/", "passthru"),
        App("desk.example.com/desk/", "aadPreAuthentication"),
        App("names.example.com/", "passthru"),
        App("names.example.com/desk/", "aadPreAuthentication"),
        App("names.example.com/größe/", "passthru"),
        App("names.example.com/größe/klein/", "aadPreAuthentication"),
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
        App("*.apps.example.com/HR/open/", "passthru", internalUrl: "http://*.corp.local/HR/open/"),
        App("a.apps.example.com/hr/", "aadPreAuthentication"),
        App("all.apps.example.com/", "passthru"),
        App("admin.apps.example.com/admin/", "passthru"),
        App("pub.apps.example.com/admin/pub/", "passthru"),
        App("-odd.apps.example.com/public/", "passthru"),
        App("a.apps.example.com:8443/public/", "passthru"),
        App("*.eu.apps.example.com/open/", "passthru", internalUrl: "http://*.eu.local/"),
        App("*.eu.apps.example.com/ADMIN/", "passthru", internalUrl: "http://*.eu.local/admin/"),
        App("a.eu.apps.example.com/public/", "passthru"),
        App("*.own.example.com/", "aadPreAuthentication", """
            "segmentsConfiguration": { "applicationSegments": [
              { "id": "docs", "externalUrl": "https://a.own.example.com/docs/", "internalUrl": "http://a.corp.local/docs/" },
              { "id": "more", "externalUrl": "https://d.own.example.com/docs/", "internalUrl": "http://d.corp.local/docs/" } ] },
            """, "http://*.corp.local/"),
        App("a.own.example.com/public/", "passthru"),
        App("b.own.example.com/Docs/", "aadPreAuthentication"),
        App("c.own.example.com/public/", "passthru"),
        App("d.own.example.com/other/", "aadPreAuthentication"));

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
        => IsInDoubt("names.example.com", "/", target).Should().Be(isInDoubt);

    [TestCase("/caf%E9/x", false)]
    [TestCase("/%E9/%u0064esk")]
    [TestCase("/%E9%2fdesk/", false)]
    [TestCase("/Desk/%E9")]
    public void Octets_that_are_not_UTF_8_do_no_harm_to_paths_in_ASCII(string target, bool isInDoubt = true)
        => IsInDoubt("desk.example.com", "/", target).Should().Be(isInDoubt);

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
    [TestCase("a.apps.example.com", "/hr/x", true, Description = "The wildcard has an admin beside it.")]
    [TestCase("all.apps.example.com", "/x", false, Description = "The wildcard has nothing there.")]
    [TestCase("admin.apps.example.com", "/admin/x", false, Description = "Nor here: the name's own, which is open, is in place of its admin.")]
    [TestCase("admin.apps.example.com", "/Admin/x", false)]
    [TestCase("pub.apps.example.com", "/admin/pub/x", true)]
    [TestCase("-odd.apps.example.com", "/public/x", false, Description = "No wildcard covers it.")]
    [TestCase("a.apps.example.com:8443", "/public/x", false, Description = "Nor another port.")]
    [TestCase("b.eu.apps.example.com", "/open/x", true)]
    [TestCase("a.eu.apps.example.com", "/public/x", true)]
    [TestCase("a.own.example.com", "/x", false, Description = "Its segment is the same app.")]
    [TestCase("a.own.example.com", "/docs/x", false)]
    [TestCase("a.own.example.com", "/public/x", true)]
    [TestCase("b.own.example.com", "/Docs/x", true)]
    public void Only_who_shares_a_host_with_protected_apps_is_looked_at(string host, string path, bool isGuarded)
    {
        Snapshot.Matcher.TryMatch("https", new HostString(host), path, out _, out var guard).Should().BeTrue();

        (guard is not null).Should().Be(isGuarded);
    }

    [Test]
    public void No_wildcard_is_above_the_gateway_s_own_host()
    {
        var matcher = new AppMatcher(Snapshot.Apps, ["A.own.example.com"]);

        matcher.TryMatch("https", new HostString("a.own.example.com"), "/public/x", out _, out var guard).Should().BeTrue();
        guard!.IsInDoubt("/DOCS/x", Snapshot.Apps.Single(static app => app.DisplayName == "a.own.example.com/public/")).Should().BeTrue("that is the host's own");
        matcher.TryMatch("https", new HostString("a.own.example.com"), "/x", out _).Should().BeFalse();
    }

    [TestCase("site.example.com", "/open/x", false)]
    [TestCase("site.example.com", "/open/desk/x", false)]
    [TestCase("site.example.com", "/open/%252e%252e%252fdesk/x", true)]
    [TestCase("site.example.com", "/open/%u002e%u002e/desk/x", true)]
    [TestCase("site.example.com", "/open/..%20/desk/x", true)]
    [TestCase("site.example.com", "/desk/archive/x", false)]
    [TestCase("odd.example.com", "/", false)]
    [TestCase("odd.example.com", "/x", false)]
    [TestCase("odd.example.com", "/;b/x", false)]
    [TestCase("odd.example.com", "/x/%252e%252e/", true)]
    [TestCase("inner.example.com", "/public/x", false)]
    [TestCase("inner.example.com", "/public/%252e%252e/x", true)]
    [TestCase("a.own.example.com", "/public/x", false)]
    [TestCase("a.own.example.com", "/public/%252e%252e/secret", true, Description = "The wildcard's root asks for sign-in.")]
    [TestCase("a.own.example.com", "/public/..%20/secret", true)]
    [TestCase("c.own.example.com", "/public/x", false)]
    [TestCase("c.own.example.com", "/public/%252e%252e/secret", true)]
    [TestCase("b.eu.apps.example.com", "/open/x", false)]
    [TestCase("b.eu.apps.example.com", "/open/%252e%252e/admin/", true, Description = "A wildcard's app, and one of a wildcard above.")]
    [TestCase("a.eu.apps.example.com", "/public/%252e%252e/admin/", true)]
    [TestCase("b.eu.apps.example.com", "/ADMIN/x", false, Description = "Published as that on purpose.")]
    public void Nobody_gets_out_of_an_app_to_one_beside_or_above_it(string host, string target, bool isInDoubt)
        => IsInDoubt(host, target, target).Should().Be(isInDoubt);

    [TestCase("a.apps.example.com", "/HR/x", true)]
    [TestCase("a.apps.example.com", "/Admin/x", true)]
    [TestCase("a.apps.example.com", "/other", false)]
    [TestCase("a.apps.example.com", "/HR/open/x", true, Description = "Nobody published it within this name's.")]
    [TestCase("b.apps.example.com", "/HR/open/x", false)]
    [TestCase("b.apps.example.com", "/HR/x", false, Description = "Not this name's.")]
    [TestCase("pub.apps.example.com", "/Admin/x", true)]
    [TestCase("b.own.example.com", "/docs/x", true)]
    [TestCase("d.own.example.com", "/Docs/x", false, Description = "A part of the same app.")]
    [TestCase("d.own.example.com", "/Other/x", true)]
    public void A_wildcard_s_app_is_looked_at_for_those_of_the_name_itself_too(string host, string target, bool isInDoubt)
        => IsInDoubt(host, target, target).Should().Be(isInDoubt);

    [Test]
    public void No_app_is_kept_from_a_part_of_its_own()
    {
        Snapshot.Matcher.TryMatch("https", new HostString("a.own.example.com"), "/Docs/x", out var app, out var guard).Should().BeTrue();

        app!.DisplayName.Should().Be("*.own.example.com/");
        guard.Should().BeNull();
    }

    [Test]
    public void Guarded_octets_are_another_app_s()
    {
        IsInDoubt("names.example.com", "/größe/klein/", "/gr%C3%B6%C3%9Fe/klein/caf%E9").Should().BeFalse();
        IsInDoubt("names.example.com", "/größe/", "/gr%C3%B6%C3%9Fe/caf%E9").Should().BeTrue();
    }

    [TestCase("site.example.com", "/x")]
    [TestCase("a.apps.example.com", "/x")]
    public void Finding_a_guard_and_asking_it_allocates_nothing(string name, string path)
    {
        var host = new HostString(name);
        Ask();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Ask();
        }

        // Some slack for the runtime's own tiering, far below one object per look-up.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1000);

        void Ask() => _ = Snapshot.Matcher.TryMatch("https", host, path, out var app, out var guard) && guard!.IsInDoubt(path, app) ? throw new AssertionException(path) : 0;
    }

    [TestCase("apps.example.com", "/{0}/")]
    [TestCase("*.apps.example.com", "/{0}/")]
    [TestCase("app{0}.apps.example.com", "/")]
    [TestCase("app{0}.apps.example.com", "/public/")]
    public void Twice_as_many_apps_are_twice_as_much_to_keep(string host, string path)
    {
        // Beside as many of a wildcard, so that each could be paired with each.
        var few = Measure(200);
        var many = Measure(400);

        many.Bytes.Should().BeLessThan(few.Bytes * 3);
        many.Lookups.Should().BeLessThan((few.Lookups * 3) + 1);

        (long Bytes, int Lookups) Measure(int count)
        {
            var apps = Read([.. Enumerable.Range(0, count).SelectMany(number => (string[])
            [
                App(string.Format(System.Globalization.CultureInfo.InvariantCulture, host + path, number), "aadPreAuthentication", internalUrl: host.StartsWith('*') ? "http://*.a/" : "http://a/"),
                App($"*.apps.example.com/wild/{number}/", "aadPreAuthentication", internalUrl: "http://*.corp.local/"),
            ])]).Apps;
            var comparer = new CountingComparer();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var matcher = new AppMatcher(apps, [], comparer);
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            GC.KeepAlive(matcher);
            return (bytes, comparer.Lookups);
        }
    }

    private static bool IsInDoubt(string host, string path, string target)
    {
        Snapshot.Matcher.TryMatch("https", new HostString(host), path, out var app, out var guard).Should().BeTrue();
        return guard!.IsInDoubt(target, app!);
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

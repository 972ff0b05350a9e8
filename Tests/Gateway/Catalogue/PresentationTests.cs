using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Applying;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Storage;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue;

/// <summary>How an app is shown to people, in Microsoft Graph's names.</summary>
[TestFixture]
internal sealed class PresentationTests
{
    private const string Dot = "data:image/png;base64,iVBORw0KGgo=";

    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("appproxy-icons");

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Delete(recursive: true);

    [Test]
    public void It_is_read()
    {
        var app = Read($$""" "description": "Days off", "info": { "logoUrl": "{{Dot}}", "supportUrl": "x" }, "web": { "homePageUrl": "https://hr.example.com/start?a=1", "redirectUris": [] }, "tags": ["x", "HideApp"] """).Snapshot!.Apps.Single();

        app.Presentation.Should().Be(new AppPresentation { Description = "Days off", HomePageUrl = "https://hr.example.com/start?a=1", Icon = new AppIcon("image/png", "iVBORw0KGgo="), IsHidden = true });
    }

    [Test]
    public void What_graph_says_of_no_use_here_is_let_pass()
    {
        var reading = Read(""" "description": null, "info": { "logoUrl": "https://secure.aadcdn.microsoftonline-p.com/logo" }, "web": { "homePageUrl": null, "logoutUrl": null, "implicitGrantSettings": {} }, "tags": [] """);

        reading.Snapshot!.Apps.Single().Presentation.Should().BeSameAs(AppPresentation.None);
        reading.Notices.Should().ContainSingle().Which.Path.Should().Be("$.applications[0].info.logoUrl");
    }

    [TestCase("""  "web": { "homePageUrl": "javascript:alert(1)" } """, "web.homePageUrl")]
    [TestCase("""  "web": { "homePageUrl": "/start" } """, "web.homePageUrl")]
    [TestCase("""  "web": { "homePageUrl": "https://bank.example@evil.example/" } """, "web.homePageUrl")]
    [TestCase("""  "info": { "logoUrl": "data:text/html;base64,PGI+" } """, "info.logoUrl")]
    [TestCase("""  "info": { "logoUrl": "data:image/png,x" } """, "info.logoUrl")]
    [TestCase("""  "info": { "logoUrl": "data:image/png;base64,***" } """, "info.logoUrl")]
    [TestCase("""  "info": { "logoUrl": "icon.png" } """, "info.logoUrl")]
    [TestCase("""  "info": { "logoURL": "x" } """, "info.logoURL")]
    public void What_is_wrong_is_told_with_its_place(string settings, string place)
        => Read(settings).Problems.Should().ContainSingle().Which.Path.Should().Be("$.applications[0]." + place);

    [Test]
    public void A_picture_that_is_too_large_is_refused()
        => Read($$""" "info": { "logoUrl": "data:image/png;base64,{{Convert.ToBase64String(new byte[60_000])}}" } """).Problems.Should().ContainSingle().Which.Message.Should().Contain("48 KB");

    [Test]
    public void A_picture_may_lie_beside_the_file()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(_folder.FullName, "icons"));
        File.WriteAllBytes(Path.Combine(_folder.FullName, "icons", "hr.png"), [1, 2, 3]);

        var icon = Read(""" "info": { "logoUrl": "icons/hr.png" } """, _folder.FullName).Snapshot!.Apps.Single().Presentation.Icon;

        icon!.ToBytes().Should().Equal(1, 2, 3);
        icon.MediaType.Should().Be("image/png");
    }

    [TestCase("../hr.png", "beside the apps file")]
    [TestCase("/etc/passwd", "beside the apps file")]
    [TestCase("hr.txt", "beside the apps file")]
    [TestCase("missing.png", "cannot be read")]
    [TestCase("large.png", "48 KB")]
    public void But_nowhere_else(string path, string reason)
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "large.png"), new byte[60_000]);

        Read($$""" "info": { "logoUrl": "{{path}}" } """, _folder.FullName).Problems.Should().ContainSingle().Which.Message.Should().Contain(reason);
    }

    [Test]
    public void Nobody_has_to_read_a_picture_in_a_plan()
    {
        var picture = "data:image/png;base64," + new string('A', 4000);
        var plan = new ApplyPlanner(Json($$""" "id": "hr", "info": { "logoUrl": "{{picture}}" } """), "apps.json", [], false).Plan(new StoredCatalogue(0, [], []));

        plan.Differences.SelectMany(static difference => difference.Details).Should().Contain(static line => line.StartsWith("info.logoUrl: \"data:image/png", StringComparison.Ordinal) && line.Length < 100);
        plan.Applications.Single().Info!.LogoUrl.Should().Be(picture);
    }

    private static CatalogueReading Read(string settings, string? folder = null) => CatalogueReader.Read(Json(settings), [], CatalogueSnapshot.Empty, 1, folder: folder);

    private static byte[] Json(string settings) => Encoding.UTF8.GetBytes($$"""
        { "applications": [ { "displayName": "HR", {{settings}}, "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/" } } ] }
        """);
}

using System.Text;
using System.Text.Json.Nodes;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Importing;
using AppProxy.Gateway.Catalogue.Reading;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue.Importing;

[TestFixture]
internal sealed class GraphImportTests
{
    private const string Applications = """
        { "@odata.context": "https://graph.microsoft.com/beta/$metadata#applications(id,appId,displayName,onPremisesPublishing)", "value": [
          { "id": "00000000-0000-0000-0000-00000000000a", "appId": "00000000-0000-0000-0000-0000000000aa", "displayName": "HR",
            "onPremisesPublishing": { "externalUrl": "https://hr-contoso.msappproxy.net", "internalUrl": "http://hr.corp/desk", "alternateUrl": null,
              "externalAuthenticationType": "passthru", "applicationServerTimeout": "Long", "applicationType": "enterpriseapp", "isOnPremPublishingEnabled": true,
              "isTranslateHostHeaderEnabled": false, "isDnsResolutionEnabled": true, "isAccessibleViaZTNAClient": false, "trafficRoutingMethod": "none",
              "verifiedCustomDomainCertificatesMetadata": { "thumbprint": "x" }, "wafIpRanges": [], "wafAllowedHeaders": { "@odata.type": "x" }, "somethingNew": 7,
              "onPremisesApplicationSegments": [],
              "segmentsConfiguration": { "@odata.type": "#microsoft.graph.webSegmentConfiguration", "applicationSegments": [
                { "id": "00000000-0000-0000-0000-0000000000d0", "externalUrl": "https://docs.example.com", "internalUrl": "http://docs.corp", "alternateUrl": null, "corsConfigurations": [] } ] },
              "singleSignOnSettings": { "singleSignOnMode": "none", "kerberosSignOnSettings": null } } },
          { "id": "00000000-0000-0000-0000-00000000000b", "displayName": "Quick", "onPremisesPublishing": { "externalUrl": "https://q.example.com/", "applicationType": "quickaccessapp" } },
          { "id": "00000000-0000-0000-0000-00000000000c", "displayName": "Cloud", "onPremisesPublishing": null },
          { "id": "00000000-0000-0000-0000-00000000000d", "displayName": "Whatever" } ] }
        """;

    private const string Groups = """
        { "value": [
          { "id": "g1", "name": "Default", "isDefault": true, "connectorGroupType": "applicationProxy", "region": "eur", "applications": [] },
          { "id": "g2", "name": "Berlin (new)", "isDefault": false, "connectorGroupType": "applicationProxy", "region": null, "members": [ { "machineName": "m" } ],
            "applications": [ { "id": "00000000-0000-0000-0000-00000000000a" } ] },
          { "id": "g3", "name": "Berlin, new", "isDefault": false, "connectorGroupType": "applicationProxy" } ] }
        """;

    private const string ServicePrincipals = """
        [ { "id": "sp", "appId": "00000000-0000-0000-0000-0000000000aa", "appRoleAssignmentRequired": true, "appRoleAssignedTo": [
            { "id": "x", "principalId": "g", "principalType": "Group", "principalDisplayName": "Staff", "appRoleId": "00000000-0000-0000-0000-000000000000", "resourceId": "sp" } ] } ]
        """;

    [Test]
    public void What_graph_returns_becomes_an_apps_file()
    {
        var (file, _) = Import(Applications, Groups, ServicePrincipals);

        JsonNode.DeepEquals(JsonNode.Parse(file), JsonNode.Parse("""
            { "connectorGroups": [ { "name": "Default", "isDefault": true }, { "name": "Berlin-new" }, { "name": "Berlin-new-2" } ],
              "applications": [
              { "id": "00000000-0000-0000-0000-00000000000a", "displayName": "HR", "connectorGroup": "Berlin-new", "appRoleAssignmentRequired": true,
                "appRoleAssignedTo": [ { "principalId": "g", "principalType": "Group", "principalDisplayName": "Staff", "appRoleId": "00000000-0000-0000-0000-000000000000" } ],
                "onPremisesPublishing": { "externalUrl": "https://hr-contoso.msappproxy.net/", "internalUrl": "http://hr.corp/desk/",
                  "externalAuthenticationType": "passthru", "applicationServerTimeout": "long", "isTranslateHostHeaderEnabled": false,
                  "onPremisesApplicationSegments": [],
                  "segmentsConfiguration": { "applicationSegments": [
                    { "id": "00000000-0000-0000-0000-0000000000d0", "externalUrl": "https://docs.example.com/", "internalUrl": "http://docs.corp/", "corsConfigurations": [] } ] },
                  "singleSignOnSettings": { "singleSignOnMode": "none" } } } ] }
            """)).Should().BeTrue(file);
    }

    [Test]
    public void The_apps_file_is_right()
    {
        var (file, _) = Import(Applications, Groups, ServicePrincipals);

        var reading = CatalogueReader.Read(Encoding.UTF8.GetBytes(file), [], CatalogueSnapshot.Empty, 1);

        reading.Problems.Should().BeEmpty();
        reading.Snapshot!.Apps.Should().ContainSingle().Which.Segments.Should().ContainSingle();
    }

    [Test]
    public void What_has_no_counterpart_is_listed_with_its_place()
    {
        var (_, remarks) = Import(Applications, Groups, ServicePrincipals);

        const string Hr = "graph0.json $.value[0] ('HR').onPremisesPublishing";
        remarks.Select(remark => remark.Path).Should().BeEquivalentTo(
            "graph0.json $.value[1] ('Quick')",
            "graph0.json $.value[2] ('Cloud')",
            "graph0.json $.value[3]",
            "graph1.json $.value[0].region",
            "graph1.json $.value[1].name",
            "graph1.json $.value[1].members",
            "graph1.json $.value[2].name",
            Hr + ".externalUrl",
            Hr + ".isDnsResolutionEnabled",
            Hr + ".wafAllowedHeaders",
            Hr + ".somethingNew");
        remarks.Should().OnlyContain(remark => remark.Message.Length > 0);
    }

    [TestCase("", "", "connectorGroup", "goes to the default group")]
    [TestCase("", null, "appId", "nobody is assigned")]
    [TestCase("\"info\": { \"logoUrl\": \"https://cdn.example/logo.png\", \"supportUrl\": null }", "", "info.logoUrl", "save it beside the apps file")]
    [TestCase("\"info\": { \"supportUrl\": \"https://help.example/\" }", "", "info.supportUrl", "has no counterpart")]
    [TestCase("", "\"preferredSingleSignOnMode\": \"saml\"", "preferredSingleSignOnMode", "'saml' has no counterpart")]
    [TestCase("\"appRoles\": [ \"x\", { \"isEnabled\": true, \"value\": \"Reader\" } ]", "", "appRoles", "has no counterpart yet")]
    public void What_is_not_taken_over_of_an_app_is_listed(string app, string? principal, string place, string reason)
        => ImportOne(app, "", principal).Remarks.Should().ContainSingle(remark => remark.Path.EndsWith("('HR')." + place)).Which.Message.Should().Contain(reason);

    [TestCase("", "\"isOnPremPublishingEnabled\": false", "", "onPremisesPublishing.isOnPremPublishingEnabled")]
    [TestCase("\"isDisabled\": true", "", "", "isDisabled")]
    [TestCase("", "", "\"accountEnabled\": false", "accountEnabled")]
    public void What_is_out_of_use_there_is_not_published_here(string app, string publishing, string principal, string place)
    {
        var (file, remarks) = ImportOne(app, publishing, principal);

        remarks.Should().ContainSingle(remark => remark.Path.EndsWith("('HR')." + place)).Which.Message.Should().Contain("out of use");
        var reading = CatalogueReader.Read(Encoding.UTF8.GetBytes(file), [], CatalogueSnapshot.Empty, 1);
        reading.Problems.Should().BeEmpty();
        reading.Snapshot!.Apps.Single().Relay.Maintenance.Should().NotBeNull();
    }

    [Test]
    public void What_programs_ask_for_an_app_by_is_taken_over()
        => ImportOne("\"identifierUris\": [ \"api://hr\" ], \"appRoles\": 7, \"tags\": 7, \"web\": 7", "", "\"preferredSingleSignOnMode\": null").File.Should().Contain("\"identifierUris\": [").And.Contain("\"api://hr\"").And.NotContain("maintenance");

    [TestCase("\"\u00fc\"")]
    [TestCase("\"\\ud800\"")]
    public void What_is_no_text_is_told_with_its_line(string text)
        => this.Invoking(_ => new GraphImport().Add(Encoding.Latin1.GetBytes("{\n \"displayName\": " + text + " }"), "graph.json"))
            .Should().Throw<CatalogueException>().WithMessage("graph.json: line 2, *save what Graph answers as it comes*");

    [Test]
    public void A_page_of_several_is_told()
        => Import("""{ "@odata.nextLink": "https://graph.microsoft.com/x", "value": [] }""").Remarks.Should().ContainSingle().Which.Message.Should().Contain("@odata.nextLink");

    [Test]
    public void What_is_no_json_is_told_with_its_line()
        => this.Invoking(_ => Import("{\n  \"value\": [\n  }")).Should().Throw<CatalogueException>().WithMessage("*graph0.json: line 3, *is not valid JSON*");

    /// <param name="principal">Of its service principal; null for none.</param>
    private static (string File, IReadOnlyList<CatalogueFinding> Remarks) ImportOne(string app, string publishing, string? principal)
    {
        static string More(string json) => json.Length > 0 ? ", " + json : "";
        var application = $$"""
            { "id": "a", "appId": "b", "displayName": "HR"{{More(app)}}, "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/"{{More(publishing)}} } }
            """;
        return principal is null ? Import(application) : Import(application, $$"""{ "appId": "b", "appRoleAssignmentRequired": true, "appRoleAssignedTo": []{{More(principal)}} }""");
    }

    private static (string File, IReadOnlyList<CatalogueFinding> Remarks) Import(params string[] answers)
    {
        var import = new GraphImport();
        foreach (var (index, answer) in answers.Index())
        {
            import.Add(Encoding.UTF8.GetBytes(answer), $"/tmp/graph{index}.json");
        }

        var file = import.Write();
        return (file, import.Remarks);
    }
}

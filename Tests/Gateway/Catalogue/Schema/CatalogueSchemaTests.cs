using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Schema;
using AppProxy.Tests.Architecture;
using AppProxy.Tests.Documentation;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue.Schema;

[TestFixture]
internal sealed class CatalogueSchemaTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [Test]
    public void The_committed_file_is_what_the_command_writes()
        => CatalogueSchema.Write().ReplaceLineEndings("\n").Should().Be(File.ReadAllText(Path.Combine(Repository.Root, "Gateway", "Catalogue", "apps.schema.json")),
            "'dotnet run --project Gateway -- schema -o Gateway/Catalogue/apps.schema.json' writes it");

    [TestCase("")]
    [TestCase("Gateway/Catalogue")]
    public void The_apps_of_a_readme_keep_to_it(string folder) => Validate(ReadmeText.Block(folder, "json")).Should().BeEmpty();

    [Test]
    public void An_application_of_graph_keeps_to_it()
        => Validate("""
            { "$schema": "apps.schema.json", "applications": [ { "@odata.context": "x", "id": "a-1", "appId": "y", "displayName": "HR", "tags": [], "web": { "redirectUris": [] }, "connectorGroup": null,
              "appRoleAssignedTo": [ { "id": "x", "principalId": "p", "principalType": "Group", "createdDateTime": "x" } ],
              "onPremisesPublishing": { "@odata.type": "#x", "alternateUrl": null, "externalUrl": "https://hr.example.com/", "internalUrl": "https://hr.corp/", "externalAuthenticationType": "passthru",
                "segmentsConfiguration": { "@odata.type": "#y", "applicationSegments": [ { "externalUrl": "https://a.example.com/", "internalUrl": "http://a/" } ] } } } ] }
            """).Should().BeEmpty();

    [TestCase("""{ "aplications": [] }""", "$.aplications")]
    [TestCase("""{ "applications": {} }""", "$.applications")]
    [TestCase("""{ "applications": [ { "onPremisesPublishing": { "externalUrl": "https://a.example.com/", "internalUrl": "http://a/" } } ] }""", "$.applications[0].displayName")]
    [TestCase("""{ "applications": [ { "displayName": "A" } ] }""", "$.applications[0].onPremisesPublishing")]
    [TestCase("""{ "applications": [ { "id": "a/b", "displayName": "A", "onPremisesPublishing": { "externalUrl": "https://a.example.com/", "internalUrl": "http://a/" } } ] }""", "$.applications[0].id")]
    [TestCase("""{ "applications": [ { "displayName": "A", "onPremisesPublishing": { "externalUrl": "https://a.example.com/", "internalUrl": "http://a/", "externalAuthenticationType": "open" } } ] }""", "$.applications[0].onPremisesPublishing.externalAuthenticationType")]
    [TestCase("""{ "applications": [ { "displayName": "A", "onPremisesPublishing": { "externalUrl": "https://a.example.com/", "internalUrl": "http://a/", "isTranslateHostHeaderEnabled": "yes" } } ] }""", "$.applications[0].onPremisesPublishing.isTranslateHostHeaderEnabled")]
    [TestCase("""{ "connectorGroups": [ { "name": "a.b" } ] }""", "$.connectorGroups[0].name")]
    [TestCase("""{ "applications": [ { "displayName": "A", "onPremisesPublishing": { "externalUrl": "https://a.example.com/", "internalUrl": "http://a/" }, "relay": { "maxWaitingRequests": "7" } } ] }""", "$.applications[0].relay.maxWaitingRequests")]
    public void What_breaks_it_is_what_the_gateway_refuses(string json, string place)
    {
        Validate(json).Should().Equal(place);
        CatalogueReader.Read(Encoding.UTF8.GetBytes(json), [], CatalogueSnapshot.Empty, 1).Problems.Should().Contain(problem => problem.Path == place);
    }

    private static List<string> Validate(string json)
        => [.. new SchemaValidator().Validate(JsonNode.Parse(CatalogueSchema.Write())!, JsonNode.Parse(json, documentOptions: Lenient), "$")];
}

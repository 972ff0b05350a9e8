using System.Text;
using AppProxy.Gateway.Catalogue.Applying;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Storage;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue.Applying;

[TestFixture]
internal sealed class ApplyReportTests
{
    [Test]
    public void A_person_reads_what_changes_setting_by_setting()
        => Report(
            """
            { "connectorGroups": [ { "name": "default", "isDefault": true } ], "applications": [
              { "id": "new", "displayName": "New", "onPremisesPublishing": { "externalUrl": "https://new.example.com/", "internalUrl": "http://new.corp/", "externalAuthenticationType": "passthru" } },
              { "id": "HR", "displayName": "People", "appRoleAssignedTo": [ { "principalId": "g2", "principalType": "Group", "principalDisplayName": "Staff" } ],
                "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr2.corp/", "externalAuthenticationType": "passthru",
                  "segmentsConfiguration": { "applicationSegments": [ { "id": "docs", "externalUrl": "https://docs.example.com/", "internalUrl": "http://docs.corp:82/" } ] } } },
              { "id": "same", "displayName": "Same", "onPremisesPublishing": { "externalUrl": "https://same.example.com/", "internalUrl": "http://same.corp/", "externalAuthenticationType": "passthru" } } ] }
            """,
            prune: true).Should().Be("""
            + application new "New"
                onPremisesPublishing.externalUrl: "https://new.example.com/"
                onPremisesPublishing.internalUrl: "http://new.corp/"
                onPremisesPublishing.externalAuthenticationType: "passthru"
            ~ application hr "People"
                ~ displayName: "HR" → "People"
                - appRoleAssignedTo[u1]: User
                ~ onPremisesPublishing.internalUrl: "http://hr.corp/" → "http://hr2.corp/"
                ~ onPremisesPublishing.segmentsConfiguration.applicationSegments[docs].internalUrl: "http://docs.corp:81/" → "http://docs.corp:82/"
                - relay.maxWaitingRequests: 7
                + appRoleAssignedTo[g2]: Group Staff
            - application old "Old"
            store: 1 added, 1 changed, 1 removed, 2 unchanged (a dry run: nothing was written)

            """);

    [Test]
    public void What_a_file_does_not_name_is_told()
        => Report("""{ "applications": [] }""", prune: false).Should().Be("""
            store: nothing to change, 0 are as the file says
            The store has more, which the file does not name and --prune would remove: application hr "HR", application old "Old", application same "Same"

            """);

    [Test]
    public void Keys_are_neither_kept_nor_shown()
        => Report(
            """
            { "applications": [ { "id": "same", "displayName": "Same", "onPremisesPublishing": { "externalUrl": "https://same.example.com/", "internalUrl": "http://same.corp/", "externalAuthenticationType": "passthru",
              "verifiedCustomDomainKeyCredential": { "key": "secret" }, "verifiedCustomDomainPasswordCredential": { "secretText": "secret" } } } ] }
            """,
            prune: false).Should().NotContain("secret").And.Contain("nothing to change, 1 are").And.Contain("verifiedCustomDomainKeyCredential");

    private static string Report(string json, bool prune)
    {
        var stored = new StoredCatalogue(
            7,
            [StoredDocuments.ReadConnectorGroup("""{"name":"default","isDefault":true}""")],
            [
                new StoredApplication(Read("""
                    { "id": "hr", "displayName": "HR", "appRoleAssignedTo": [ { "principalId": "u1", "principalType": "User" } ], "onPremisesPublishing": {
                      "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru",
                      "segmentsConfiguration": { "applicationSegments": [ { "id": "docs", "externalUrl": "https://docs.example.com/", "internalUrl": "http://docs.corp:81/" } ] } },
                      "relay": { "maxWaitingRequests": 7 } }
                    """), 3),
                new StoredApplication(Read("""{ "id": "old", "displayName": "Old", "onPremisesPublishing": { "externalUrl": "https://old.example.com/", "internalUrl": "http://old.corp/", "externalAuthenticationType": "passthru" } }"""), 3),
                new StoredApplication(Read("""{ "id": "same", "displayName": "Same", "onPremisesPublishing": { "externalUrl": "https://same.example.com/", "internalUrl": "http://same.corp/", "externalAuthenticationType": "passthru" } }"""), 3),
            ]);
        var plan = new ApplyPlanner(Encoding.UTF8.GetBytes(json), "apps.json", [], prune).Plan(stored);
        var output = new StringWriter { NewLine = "\n" };
        ApplyReport.Write(plan, "store", isDryRun: prune, output);
        return output.ToString();
    }

    private static ApplicationDocument Read(string json) => StoredDocuments.ReadApplication(json);
}

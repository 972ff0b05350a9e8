using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Importing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.OfDirectory;

/// <summary>What other directories write for what is not there.</summary>
[TestFixture]
internal sealed class ScimUsersTests
{
    [TestCase("""[ { "userName": "a", "displayName": null, "name": null, "active": null, "emails": null, "groups": null, "members": null, "schemas": null, "id": null } ]""")]
    [TestCase("""[ { "userName": "a", "emails": [ null ], "groups": [ null, { "display": null } ], "members": [ null ], "schemas": [ null ] } ]""")]
    [TestCase("""{ "Resources": [ { "userName": "a", "emails": [ { "value": null, "primary": null } ], "name": { "formatted": null } } ] }""")]
    [TestCase("""[ { "userName": "a" }, { "displayName": "empty", "schemas": [ "urn:ietf:params:scim:schemas:core:2.0:Group" ], "members": [ null, { "value": null } ] } ]""")]
    public void Nulls_are_nothing(string text)
    {
        var mistakes = new List<string>();

        var users = ScimUsers.Read(text, mistakes);

        mistakes.Should().BeEmpty();
        users.Should().ContainSingle().Which.Should().BeEquivalentTo(new ImportedUser("a", null, null, null, []));
    }
}

using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using FluentAssertions;

namespace AppProxy.Tests.Gateway.SignIn;

/// <summary>An app that asks people to sign in, as an operator writes it.</summary>
internal static class SignInApps
{
    /// <param name="publishing">More members of <c>onPremisesPublishing</c>, with a comma before them.</param>
    public static PublishedApp Read(string publishing = "")
    {
        var reading = CatalogueReader.Read(
            Encoding.UTF8.GetBytes($$"""
                { "applications": [ { "id": "hr", "displayName": "HR", "appRoleAssignmentRequired": false,
                  "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr/", "externalAuthenticationType": "aadPreAuthentication" {{publishing}} } } ] }
                """),
            [],
            CatalogueSnapshot.Empty,
            1);
        reading.Problems.Should().BeEmpty();
        return reading.Snapshot!.Apps.Should().ContainSingle().Subject;
    }
}

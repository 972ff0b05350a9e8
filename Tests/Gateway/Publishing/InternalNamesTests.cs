using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Publishing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Publishing;

[TestFixture]
internal sealed class InternalNamesTests
{
    [TestCase("<a href='http://planner.corp/x'>", "1 links to the internal planner.corp are left in the answer: outside they lead nowhere.")]
    [TestCase("<a href='//PLANNER.corp'> planner.corp", "1 links to the internal planner.corp are left in the answer, and 1 mentions of it: outside they lead nowhere.")]
    [TestCase("?next=http%3A%2F%2Fplanner.corp%2F and \"http:\\/\\/planner.corp\\/\"", "2 links to the internal planner.corp are left in the answer: outside they lead nowhere.")]
    [TestCase("Ask planner.corp.", "The internal planner.corp is mentioned 1 times in the answer, and not as a link.")]
    [TestCase("http://planner.corp.example/ http://my-planner.corp/ http://planner.corp:8080/ http://planner.corporation/", "No internal name is left in the answer.")]
    [TestCase("http://same.example.com/", "No internal name is left in the answer.")]
    [TestCase("<a href='http://a.b.star.corp/x'> www.star.corp", "1 links to the internal .star.corp are left in the answer, and 1 mentions of it: outside they lead nowhere.")]
    [TestCase("?next=http%3A%2F%2Fx.star.corp%2F", "1 links to the internal .star.corp are left in the answer: outside they lead nowhere.")]
    [TestCase("http://star.corp/ '.star.corp' http://x.star.corp.example/ http://x.star.corp:81/", "No internal name is left in the answer.")]
    [TestCase("http://a.out.inside.example/ https://planner.inside.example/", "No internal name is left in the answer.")]
    [TestCase("http://a.inside.example/", "1 links to the internal .inside.example are left in the answer: outside they lead nowhere.")]
    public void Links_are_told_from_mentions_and_from_other_names(string text, string expected)
        => Find(text, "text/html").Should().ContainSingle().Which.Text.Should().Be(expected);

    [TestCase("image/png", "The answer is image/png, in which no links are looked for.")]
    [TestCase("text/html; charset=utf-16", "The answer is text/html, in which no links are looked for.")]
    public void What_has_no_links_is_said_not_to_be_tested(string type, string expected)
        => Find("http://planner.corp/", type).Should().ContainSingle().Which.Should().Match<TestStep>(step => step.State == StepState.NotTested && step.Text == expected);

    [Test]
    public void Headers_are_looked_at()
        => Find("", "text/html", ("Link", "<http://planner.corp/style.css>; rel=preload")).Select(static step => step.Text)
            .Should().Equal("Header Link leads to the internal planner.corp.", "The answer has no body.");

    private static List<TestStep> Find(string text, string type, params (string Name, string Value)[] headers)
    {
        var catalogue = CatalogueReader.Read(
            """
            { "applications": [
              { "id": "planner", "displayName": "planner", "onPremisesPublishing": { "externalUrl": "https://planner.example.com/", "internalUrl": "http://planner.corp/", "externalAuthenticationType": "passthru" } },
              { "id": "star", "displayName": "star", "onPremisesPublishing": { "externalUrl": "https://*.star.example.com/", "internalUrl": "http://*.star.corp/", "externalAuthenticationType": "passthru" } },
              { "id": "split", "displayName": "split", "onPremisesPublishing": { "externalUrl": "https://*.out.inside.example/", "internalUrl": "http://*.inside.example/", "externalAuthenticationType": "passthru" } },
              { "id": "both", "displayName": "both", "onPremisesPublishing": { "externalUrl": "https://planner.inside.example/", "internalUrl": "http://other.corp/", "externalAuthenticationType": "passthru" } },
              { "id": "same", "displayName": "same", "onPremisesPublishing": { "externalUrl": "https://same.example.com/", "internalUrl": "https://same.example.com/", "externalAuthenticationType": "passthru" } } ] }
            """u8.ToArray(),
            [],
            CatalogueSnapshot.Empty,
            1).Snapshot!;
        using var answer = new HttpResponseMessage { Content = new ByteArrayContent([]) };
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers)
        {
            answer.Headers.TryAddWithoutValidation(name, value);
        }

        return [.. new InternalNames(catalogue, catalogue.Apps[0]).Find(answer, Encoding.ASCII.GetBytes(text))];
    }
}

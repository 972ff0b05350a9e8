using System.Text.Json.Nodes;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
internal sealed class ClaimsRequestTests
{
    private const string Usual = """{ "auth_time": { "essential": true } }""";

    [Test]
    public void When_somebody_was_seen_is_always_asked_for() => ShouldBe(ClaimsRequest.Of(null), Usual);

    [TestCase(null, false, Usual)]
    [TestCase("c1", false, Usual)]
    [TestCase(null, true, """{ "amr": { "essential": true, "values": [ "mfa" ] }, "auth_time": { "essential": true } }""")]
    [TestCase("c1", true, """{ "acr": { "essential": true, "values": [ "c1" ] }, "acrs": { "essential": true, "value": "c1" }, "auth_time": { "essential": true } }""")]
    public void And_two_steps_where_a_policy_wants_them(string? acr, bool needsTwoSteps, string idToken) => ShouldBe(ClaimsRequest.Of(new StepUp(acr, needsTwoSteps, null)), idToken);

    private static void ShouldBe(string request, string idToken)
        => JsonNode.DeepEquals(JsonNode.Parse(request), new JsonObject { ["id_token"] = JsonNode.Parse(idToken) }).Should().BeTrue("it is {0}", request);
}

using System.Net;
using System.Text.Json.Nodes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class Who_is_assigned_may_open : SignInTest
{
    [TestCase("alice@corp.test", "User", true)]
    [TestCase("ALICE", "User", true)]
    [TestCase("sales", "Group", true)]
    [TestCase("bob", "User", false)]
    [TestCase("marketing", "Group", false)]
    [TestCase("sales", "User", false)]
    [TestCase("alice", "ServicePrincipal", false)]
    public async Task And_nobody_else(string principal, string type, bool may, CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            options.Application["appRoleAssignmentRequired"] = true;
            options.Application["appRoleAssignedTo"] = JsonNode.Parse($$"""[ { "principalId": "{{principal}}", "principalType": "{{type}}" } ]""")!;
        });
        using var browser = new TestBrowser();

        var page = await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);

        page.Status.Should().Be(may ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        if (!may)
        {
            page.Error.Should().Be("not-assigned");
            page.Body.Should().Contain("You cannot open app").And.Contain("alice@corp.test").And.Contain("Reference").And.Contain("/.appproxy/sign-out");
            using var api = await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation, ("Accept", "application/json"));
            api.StatusCode.Should().Be(HttpStatusCode.Forbidden);
            api.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        }
    }
}

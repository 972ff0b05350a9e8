using System.Text.Json.Nodes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>Headers by which apps are told who somebody is (DESIGN.md section 6).</summary>
public sealed class Who_somebody_is_no_client_says : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task In_whatever_spelling(
        [Values("X-MS-CLIENT-PRINCIPAL-NAME", "X_Ms_Client_Principal_Name", "Remote-User", "REMOTE_USER", "X_Forwarded_User", "AppProxy_User", "X-Auth-Request-User")] string name, CancellationToken cancellation)
        => (await SeenAsync(name, cancellation)).Should().NotContain("mallory").And.Contain("X-Other=kept");

    [Test, CancelAfter(Guard)]
    public async Task Nor_what_the_apps_settings_say(
        [Values("X-Tenant", "x_tenant", "X_TENANT")] string name, CancellationToken cancellation)
        => (await SeenAsync(name, cancellation)).Should().NotContain("mallory").And.Contain("X-Tenant=ours");

    private async Task<string> SeenAsync(string name, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            options =>
            {
                options.Relay["requestHeaders"] = JsonNode.Parse("""[ { "name": "X-Tenant", "set": "ours" } ]""")!;
                options.Publish("app", static context => context.Response.WriteAsync(string.Join('\n', context.Request.Headers.Select(static field => $"{field.Key}={field.Value}"))));
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        using var request = new HttpRequestMessage(HttpMethod.Get, "");
        request.Headers.TryAddWithoutValidation(name, "mallory").Should().BeTrue();
        request.Headers.TryAddWithoutValidation("X-Other", "kept");
        using var answer = await client.SendAsync(request, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }
}

using System.Net;
using System.Text.Json;
using AppProxy.Gateway.Directory.Provider;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed class Programs_have_tokens_of_their_own : DirectoryTest
{
    [Test]
    public async Task By_a_secret_that_is_shown_once(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var secret = await WithClientsAsync(proxy, clients => clients.AddAsync("nightly-report", cancellation));
        using var own = proxy.CreateClient("app");
        using var app = proxy.CreateClient("app");

        var (status, token) = await AskAsync(own, "nightly-report", secret, cancellation);
        status.Should().Be(HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/data");
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await app.SendAsync(request, cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().StartWith("GET /data").And.Contain("authorization=[]");
        (await AskAsync(own, "nightly-report", "wrong", cancellation)).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await AskAsync(own, "gateway", "", cancellation)).Status.Should().Be(HttpStatusCode.BadRequest, "the gateway's own client is for people");
        await WithClientsAsync(proxy, async clients =>
        {
            (await clients.ListAsync(cancellation)).Should().Equal(new DirectoryClient("nightly-report", "nightly-report", IsNative: false));
            await clients.RemoveAsync("nightly-report", cancellation);
            return "";
        });
        (await AskAsync(own, "nightly-report", secret, cancellation)).Status.Should().Be(HttpStatusCode.Unauthorized);
    }

    private async Task<(HttpStatusCode Status, string Token)> AskAsync(HttpClient own, string client, string secret, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = client, ["client_secret"] = secret });
        using var request = new HttpRequestMessage(HttpMethod.Post, At("token")) { Content = form };
        using var answer = await own.SendAsync(request, cancellation);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        return (answer.StatusCode, document.RootElement.TryGetProperty("access_token", out var token) ? token.GetString()! : "");
    }

    private static async Task<string> WithClientsAsync(TestEnvironment proxy, Func<DirectoryClients, Task<string>> use)
    {
        await using var scope = proxy.GatewayServices.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<DirectoryClients>());
    }
}

using System.Net;
using System.Text.Json;
using AppProxy.Gateway.Directory.Provider;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
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

    [TestCase("token")]
    [TestCase("TOKEN/")]
    public async Task And_who_guesses_at_their_secrets_is_held_back(string path, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var own = proxy.CreateClient("app");
        var secret = await WithClientsAsync(proxy, clients => clients.AddAsync("nightly-report", cancellation));
        for (var guess = 0; guess < 100; guess++)
        {
            (await AskAsync(own, "nightly-report", "wrong", cancellation, path)).Status.Should().Be(HttpStatusCode.Unauthorized);
        }

        (await AskAsync(own, "nightly-report", secret, cancellation, path)).Status.Should().Be(HttpStatusCode.TooManyRequests);
        Log.Entries.Count(static entry => entry.EventId == 6433).Should().Be(1);
        Patience.Advance(TimeSpan.FromSeconds(1));
        for (var asked = 0; asked < 10; asked++)
        {
            (await AskAsync(own, "nightly-report", secret, cancellation, path)).Status.Should().Be(HttpStatusCode.OK, "what is right does not count");
        }

        // The gateway itself, which asks the same endpoint, is not held back by anybody.
        await AskAsync(own, "nightly-report", "wrong", cancellation, path);
        using var browser = new TestBrowser();
        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost");
    }

    [Test]
    public async Task And_devices_that_begin_again_and_again_are_held_back(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        await AddNativeClientAsync(proxy, "photo-sync", "Photo sync", cancellation);
        using var own = proxy.CreateClient("app");

        var answers = new List<HttpStatusCode>();
        for (var begun = 0; begun < 31; begun++)
        {
            using var form = new FormUrlEncodedContent([new("client_id", "photo-sync"), new("scope", "openid")]);
            using var answer = await own.PostAsync(At("device-authorization"), form, cancellation);
            answers.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                answer.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(10));
                (await answer.Content.ReadAsStringAsync(cancellation)).Should().Contain("\"error\":\"temporarily_unavailable\"");
            }
        }

        answers.Should().Equal([.. Enumerable.Repeat(HttpStatusCode.OK, 30), HttpStatusCode.TooManyRequests]);
    }

    private async Task<(HttpStatusCode Status, string Token)> AskAsync(HttpClient own, string client, string secret, CancellationToken cancellation, string path = "token")
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = client, ["client_secret"] = secret });
        using var request = new HttpRequestMessage(HttpMethod.Post, At(path)) { Content = form };
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

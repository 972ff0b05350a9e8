using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients;

public sealed class Curl_signs_on_by_NTLM : CurlTest
{
    [Test, CancelAfter(Guard)]
    public async Task Once_for_all_requests_on_its_connection([Values(TestProtocol.Http1, TestProtocol.Https2)] TestProtocol front, CancellationToken cancellation)
    {
        await using var app = NtlmApp.Start();
        var proxy = await StartAsync(
            options =>
            {
                options.Front = front;
                options.Connectors = 2;
                options.Publish("app", app.Url);
            },
            cancellation);
        await using var curl = new Curl(proxy);

        var users = await curl.RunAsync(cancellation, VersionFor(front), "--ntlm", "--user", "ada:secret", "{url}/1", "{url}/2", "{url}/3");

        users.Should().Be("adaadaada");
        (await curl.RunAsync(cancellation, VersionFor(front), "--include", "{url}/")).Should().Contain(" 401").And.Contain("NTLM");
    }
}

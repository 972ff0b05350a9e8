using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>NTLM and Negotiate let a connection in, and not a request: nobody may get on another one's.</summary>
public sealed class Connections_that_authenticate_people : EndToEndTest
{
    [Test, CancelAfter(Guard)]
    public async Task Each_person_has_a_connection_to_the_app_and_nobody_gets_on_it(CancellationToken cancellation)
    {
        await using var app = NtlmApp.Start();
        var proxy = await StartAsync(o =>
        {
            o.Publish("app", app.Url);
            o.Connectors = 2;
        }, cancellation);
        await using var ada = await SignOnAsync(proxy, "ada", cancellation);
        await using var ben = await SignOnAsync(proxy, "ben", cancellation);
        await using var nobody = await proxy.ConnectAsync(cancellation);

        for (var i = 0; i < 10; i++)
        {
            (await AskAsync(proxy, ada, null, cancellation)).Should().EndWith("ada");
            (await AskAsync(proxy, nobody, null, cancellation)).Should().StartWith("HTTP/1.1 401");
            (await AskAsync(proxy, ben, null, cancellation)).Should().EndWith("ben");
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_asks_again_on_another_connection_is_asked_who_they_are(CancellationToken cancellation)
    {
        await using var app = NtlmApp.Start();
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await (await SignOnAsync(proxy, "ada", cancellation)).DisposeAsync();
        await using var next = await proxy.ConnectAsync(cancellation);

        (await AskAsync(proxy, next, null, cancellation)).Should().StartWith("HTTP/1.1 401").And.Contain("WWW-Authenticate: NTLM");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_connector_that_is_gone_took_the_connection_with_it_and_another_one_makes_a_new_one(CancellationToken cancellation)
    {
        await using var app = NtlmApp.Start();
        var proxy = await StartAsync(o => o.Publish("app", app.Url), cancellation);
        await using var ada = await SignOnAsync(proxy, "ada", cancellation);
        await proxy.StartConnectorAsync(null, cancellation);
        proxy.Connectors[0].Disconnect();

        (await AskAsync(proxy, ada, null, cancellation)).Should().StartWith("HTTP/1.1 401");
        (await AskAsync(proxy, ada, NtlmApp.Negotiate(), cancellation)).Should().StartWith("HTTP/1.1 401").And.Contain("WWW-Authenticate: NTLM TlRM");
        (await AskAsync(proxy, ada, NtlmApp.Authenticate("ada"), cancellation)).Should().EndWith("ada");
    }

    [Test, CancelAfter(Guard)]
    public async Task By_setting_their_challenges_are_taken_out(CancellationToken cancellation)
    {
        await using var app = NtlmApp.Start();
        var proxy = await StartAsync(o =>
        {
            o.Publish("app", app.Url);
            o.Relay["isConnectionAuthenticationEnabled"] = false;
        }, cancellation);
        await using var ada = await proxy.ConnectAsync(cancellation);

        (await AskAsync(proxy, ada, null, cancellation)).Should().Contain("WWW-Authenticate: Basic realm=\"a, NTLM\"\r\n").And.NotContain("WWW-Authenticate: NTLM");
        (await AskAsync(proxy, ada, NtlmApp.Negotiate(), cancellation)).Should().StartWith("HTTP/1.1 401");
        (await AskAsync(proxy, ada, NtlmApp.Authenticate("ada"), cancellation)).Should().EndWith("ada");
        (await AskAsync(proxy, ada, null, cancellation)).Should().StartWith("HTTP/1.1 401", "the connection that was let in is not used again");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_proxy_in_front_may_have_many_peoples_requests_on_one_connection(CancellationToken cancellation)
    {
        await using var app = NtlmApp.Start();
        var proxy = await StartAsync(o =>
        {
            o.Publish("app", app.Url);
            o.GatewaySettings["Gateway:TrustedProxies:0"] = "127.0.0.1";
        }, cancellation);
        await using var shared = await proxy.ConnectAsync(cancellation);

        (await AskAsync(proxy, shared, null, cancellation)).Should().NotContain("WWW-Authenticate: NTLM");
        (await AskAsync(proxy, shared, NtlmApp.Authenticate("ada"), cancellation)).Should().EndWith("ada");
        (await AskAsync(proxy, shared, null, cancellation)).Should().StartWith("HTTP/1.1 401");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_client_of_HTTP2_gets_on_nobodys_connection([Values] bool isTls, CancellationToken cancellation)
    {
        await using var app = NtlmApp.Start();
        var proxy = await StartAsync(o =>
        {
            o.Publish("app", app.Url);
            o.Front = isTls ? TestProtocol.Https2 : TestProtocol.Http2;
        }, cancellation);
        using var client = proxy.CreateClient("app");

        // On HTTP/2 it is nobody's, whatever it says: its requests go out on connections that nobody uses afterwards.
        using var challenged = await client.GetAsync("/", cancellation);
        challenged.Version.Should().Be(HttpVersion.Version20);
        challenged.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme).Should().Contain("NTLM");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version20, Headers = { { "Authorization", NtlmApp.Authenticate("ada") } } };
        (await (await client.SendAsync(request, cancellation)).Content.ReadAsStringAsync(cancellation)).Should().Be("ada");
        (await client.GetAsync("/", cancellation)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static async Task<NetworkStream> SignOnAsync(TestEnvironment proxy, string user, CancellationToken cancellation)
    {
        var connection = await proxy.ConnectAsync(cancellation);
        (await AskAsync(proxy, connection, null, cancellation)).Should().StartWith("HTTP/1.1 401").And.Contain("WWW-Authenticate: NTLM");
        (await AskAsync(proxy, connection, NtlmApp.Negotiate(), cancellation)).Should().StartWith("HTTP/1.1 401").And.Contain("WWW-Authenticate: NTLM TlRM");
        (await AskAsync(proxy, connection, NtlmApp.Authenticate(user), cancellation)).Should().EndWith(user);
        return connection;
    }

    private static async Task<string> AskAsync(TestEnvironment proxy, NetworkStream connection, string? credentials, CancellationToken cancellation)
    {
        var authorization = credentials is null ? "" : $"Authorization: {credentials}\r\n";
        await WriteAsync(connection, $"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\n{authorization}\r\n", cancellation);
        var head = await ReadUntilAsync(connection, "\r\n\r\n", cancellation);
        var length = int.Parse(head.Split("Content-Length: ")[1].Split("\r\n")[0], CultureInfo.InvariantCulture);
        var (fields, body) = (head.Split("\r\n\r\n", 2)[0], head.Split("\r\n\r\n", 2)[1]);
        var rest = new byte[length - body.Length];
        await connection.ReadExactlyAsync(rest, cancellation);
        return fields + "\r\n\r\n" + body + Encoding.ASCII.GetString(rest);
    }
}

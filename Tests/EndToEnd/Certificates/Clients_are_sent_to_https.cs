using System.Net;
using System.Net.Sockets;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Certificates;

/// <summary>What becomes of a request that comes with http.</summary>
public sealed class Clients_are_sent_to_https : EndToEndTest
{
    private int _http;

    [TestCase("GET / HTTP/1.1", "/")]
    [TestCase("GET /a%2Fb/%C3%BC?c=d%20e HTTP/1.1", "/a%2Fb/%C3%BC?c=d%20e")]
    [TestCase("POST /form HTTP/1.1\r\nContent-Length: 0", "/form")]
    [TestCase("GET http://app.localhost:{0}/x?y HTTP/1.1", "/x?y")]
    [TestCase("GET http://app.localhost:{0}?y HTTP/1.1", "/?y")]
    [CancelAfter(Guard)]
    public async Task To_an_app_for_good_with_method_and_target_as_they_were(string request, string target, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);

        var answer = await AskAsync(request.Replace("{0}", $"{_http}", StringComparison.Ordinal), $"app.localhost:{_http}", cancellation);

        answer.Should().StartWith("HTTP/1.1 308 ").And.Contain($"\r\nLocation: https://app.localhost:{proxy.GatewayUrl.Port}{target}\r\n").And.Contain("\r\nCache-Control: max-age=3600\r\n");
    }

    [TestCase("GET / HTTP/1.1", "gateway.example.com", 307)]
    [TestCase("GET /healthz HTTP/1.1", "gateway.example.com", 200)]
    [TestCase("POST / HTTP/1.1\r\nContent-Length: 0", "gateway.example.com", 404)]
    [TestCase("GET / HTTP/1.1", "nobody.example.com", 404)]
    [TestCase("GET /.well-known/acme-challenge/x HTTP/1.1", "app.localhost", 404)]
    [CancelAfter(Guard)]
    public async Task The_gateway_s_pages_for_now_and_nothing_else(string request, string host, int status, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);

        var answer = await AskAsync(request, host, cancellation);

        answer.Should().StartWith($"HTTP/1.1 {status} ");
        answer.Contains($"\r\nLocation: https://gateway.example.com:{proxy.GatewayUrl.Port}/\r\n", StringComparison.Ordinal).Should().Be(status == 307);
    }

    [Test, CancelAfter(Guard)]
    public async Task Only_where_the_operator_says_so(CancellationToken cancellation)
    {
        await StartAsync(cancellation, redirects: false);

        (await AskAsync("GET / HTTP/1.1", $"app.localhost:{_http}", cancellation)).Should().StartWith("HTTP/1.1 404 ");
    }

    [Test, CancelAfter(Guard)]
    public async Task Https_itself_is_served(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetStringAsync("/", cancellation)).Should().Be("served");
    }

    private Task<TestEnvironment> StartAsync(CancellationToken cancellation, bool redirects = true) => StartAsync(
        options =>
        {
            _http = LoopbackPort.Take();
            options.Port = LoopbackPort.Take();
            options.Front = TestProtocol.Https1;
            options.Publish("app", static context => context.Response.WriteAsync("served"));
            options.GatewaySettings["Kestrel:Endpoints:Http:Url"] = $"http://127.0.0.1:{_http}";
            options.GatewaySettings["Kestrel:Endpoints:Https:Url"] = $"https://127.0.0.1:{options.Port}";
            options.GatewaySettings["Gateway:OwnHosts:0"] = "gateway.example.com";
            options.GatewaySettings["Gateway:HttpsRedirectPort"] = redirects ? $"{options.Port}" : null;
        },
        cancellation);

    private async Task<string> AskAsync(string request, string host, CancellationToken cancellation)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _http, cancellation);
        await using var connection = new NetworkStream(socket);
        await WriteAsync(connection, $"{request}\r\nHost: {host}\r\nConnection: close\r\n\r\n", cancellation);
        return await ReadToEndAsync(connection, cancellation);
    }
}

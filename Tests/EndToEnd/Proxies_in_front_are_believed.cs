using System.Net;
using System.Net.Sockets;
using System.Text;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

public sealed class Proxies_in_front_are_believed : EndToEndTest
{
    private static readonly byte[] Version2 =
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12, 198, 51, 100, 1, 192, 0, 2, 2, 0xDC, 0x04, 1, 187];

    [Test, CancelAfter(Guard)]
    public async Task What_a_trusted_proxy_says_reaches_the_app(CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.GatewaySettings["Gateway:TrustedProxies:0"] = "127.0.0.1";
                o.Publish("app", "/hr/", "/", Tell);
            },
            cancellation);
        var host = proxy.UrlOf("app").Authority;

        var answer = await ExchangeAsync(
            proxy, $"GET /hr/ HTTP/1.1\r\nHost: inner.example\r\nX-Forwarded-For: 6.6.6.6, 198.51.100.1\r\nX-Forwarded-Host: {host}\r\nX-Forwarded-Prefix: /pre\r\nForwarded: for=6.6.6.6\r\nConnection: close\r\n\r\n",
            cancellation);

        answer.Should().Contain(
            $"Forwarded=for=198.51.100.1;host=\"{host}\";proto=http, for=127.0.0.1\nX-Forwarded-For=198.51.100.1, 127.0.0.1\nX-Forwarded-Host={host}\nX-Forwarded-Prefix=/pre/hr\nX-Forwarded-Proto=http\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task An_app_is_matched_by_the_scheme_that_a_trusted_proxy_says([Values("http", "https")] string scheme, CancellationToken cancellation)
    {
        var proxy = await StartAsync(
            o =>
            {
                o.GatewaySettings["Gateway:TrustedProxies:0"] = "127.0.0.0/8";
                o.Publish("app", Tell);
            },
            cancellation);

        var answer = await ExchangeAsync(
            proxy, $"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: {scheme}\r\nConnection: close\r\n\r\n", cancellation);

        // It is published by http.
        answer.Should().StartWith(scheme == "http" ? "HTTP/1.1 200 " : "HTTP/1.1 404 ");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_proxy_protocol_names_the_client([Values] bool isBinary, CancellationToken cancellation)
    {
        var (proxy, port) = await StartWithProxyProtocolAsync("127.0.0.1", cancellation);
        var header = isBinary ? Version2 : Encoding.ASCII.GetBytes("PROXY TCP4 198.51.100.1 192.0.2.2 56324 443\r\n");

        var answer = await SendAsync(port, header, Request(proxy), cancellation);

        answer.Should().StartWith("HTTP/1.1 200 ").And.Contain("X-Forwarded-For=198.51.100.1\n");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_proxy_protocol_comes_before_http_octet_by_octet(CancellationToken cancellation)
    {
        var (proxy, port) = await StartWithProxyProtocolAsync("127.0.0.1", cancellation);
        await using var client = await ConnectAsync(port, cancellation);
        foreach (var octet in Version2)
        {
            await client.WriteAsync(new[] { octet }, cancellation);
        }

        await client.WriteAsync(Encoding.ASCII.GetBytes(Request(proxy)), cancellation);

        (await ReadToEndAsync(client, cancellation)).Should().Contain("X-Forwarded-For=198.51.100.1\n");
    }

    [TestCase(""), TestCase("PROXY TCP4 nonsense\r\n"), TestCase("PROXY TCP4 1 2 3 4\r\n"), TestCase("\r\n\r\n\0\r\nQUIT\n\u0031\u0011\0\u000c123456789012")]
    [CancelAfter(Guard)]
    public async Task A_trusted_proxy_without_a_right_header_is_hung_up_on(string header, CancellationToken cancellation)
    {
        var (proxy, port) = await StartWithProxyProtocolAsync("127.0.0.1", cancellation);

        (await SendAsync(port, Encoding.Latin1.GetBytes(header), Request(proxy), cancellation)).Should().BeEmpty();
    }

    [Test, CancelAfter(Guard)]
    public async Task From_anybody_else_the_proxy_protocol_is_no_http(CancellationToken cancellation)
    {
        var (proxy, port) = await StartWithProxyProtocolAsync("192.0.2.7", cancellation);

        (await SendAsync(port, Encoding.ASCII.GetBytes("PROXY TCP4 198.51.100.1 192.0.2.2 56324 443\r\n"), Request(proxy), cancellation)).Should().StartWith("HTTP/1.1 400 ");
        (await SendAsync(port, Version2, Request(proxy), cancellation)).Should().StartWith("HTTP/1.1 400 ");
        (await SendAsync(port, [], Request(proxy), cancellation)).Should().Contain("X-Forwarded-For=127.0.0.1\n");
    }

    private static string Request(TestEnvironment proxy) => $"GET / HTTP/1.1\r\nHost: {proxy.UrlOf("app").Authority}\r\nConnection: close\r\n\r\n";

    private static Task Tell(HttpContext context) => context.Response.WriteAsync(string.Concat(
        context.Request.Headers.Where(h => h.Key.Contains("Forwarded", StringComparison.OrdinalIgnoreCase)).Select(h => $"{h.Key}={h.Value}\n").Order(StringComparer.Ordinal)));

    private static async Task<NetworkStream> ConnectAsync(int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<string> SendAsync(int port, byte[] header, string request, CancellationToken cancellation)
    {
        await using var client = await ConnectAsync(port, cancellation);
        await client.WriteAsync(new[] { header, Encoding.ASCII.GetBytes(request) }.SelectMany(octets => octets).ToArray(), cancellation);
        return await ReadToEndAsync(client, cancellation);
    }

    private async Task<(TestEnvironment Proxy, int Port)> StartWithProxyProtocolAsync(string trusted, CancellationToken cancellation)
    {
        var port = FreePort.Take();
        var proxy = await StartAsync(
            o =>
            {
                o.GatewaySettings["Gateway:TrustedProxies:0"] = trusted;
                o.GatewaySettings["Gateway:ProxyProtocol:0"] = "Balanced";
                o.GatewaySettings["Kestrel:Endpoints:Balanced:Url"] = $"http://127.0.0.1:{port}";
                o.Publish("app", Tell);
            },
            cancellation);
        return (proxy, port);
    }
}

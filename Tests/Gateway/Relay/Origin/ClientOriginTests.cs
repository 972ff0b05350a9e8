using System.Net;
using AppProxy.Gateway.Relay.Origin;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Relay.Origin;

[TestFixture]
internal sealed class ClientOriginTests
{
    private static readonly TrustedProxies Proxies = TrustedProxies.Parse(["10.1.2.3/8", "2001:db8:1::/48", "192.0.2.7"]);

    [TestCase("10.0.0.1", "198.51.100.1", "198.51.100.1", "198.51.100.1, 10.0.0.1", TestName = "one proxy")]
    [TestCase("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1", "198.51.100.1, 10.0.0.2, 10.0.0.1", TestName = "two proxies")]
    [TestCase("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1", "198.51.100.1, 10.0.0.2, 10.0.0.1", TestName = "what the client made up is left out")]
    [TestCase("10.0.0.1", "10.9.9.9", "10.9.9.9", "10.9.9.9, 10.0.0.1", TestName = "a client among the proxies")]
    [TestCase("10.0.0.1", "198.51.100.1:4711", "198.51.100.1", "198.51.100.1, 10.0.0.1", TestName = "a port")]
    [TestCase("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1", "2001:db8::1, 10.0.0.1", TestName = "an IPv6 address with a port")]
    [TestCase("10.0.0.1", "2001:db8::1", "2001:db8::1", "2001:db8::1, 10.0.0.1", TestName = "an IPv6 address")]
    [TestCase("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1", "198.51.100.1, 10.0.0.1", TestName = "IPv4 in IPv6's form")]
    [TestCase("10.0.0.1", "unknown", "10.0.0.1", "10.0.0.1", TestName = "an unknown client")]
    [TestCase("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1", "10.0.0.1", TestName = "nothing behind an unknown one")]
    [TestCase("10.0.0.1", "1", "10.0.0.1", "10.0.0.1", TestName = "a number")]
    [TestCase("10.0.0.1", "fe80::1%eth0", "10.0.0.1", "10.0.0.1", TestName = "a scope")]
    [TestCase("10.0.0.1", "", "10.0.0.1", "10.0.0.1", TestName = "nothing")]
    [TestCase("198.51.100.9", "1.1.1.1", "198.51.100.9", null, TestName = "nobody's proxy")]
    [TestCase("192.0.2.8", "1.1.1.1", "192.0.2.8", null, TestName = "beside a trusted address")]
    public void The_client_is_the_first_that_no_trusted_proxy_is(string peer, string forwardedFor, string client, string? chain)
    {
        var context = Context(peer, ("X-Forwarded-For", forwardedFor));

        new ClientOriginReader(Proxies, ForwardedBy.XForwarded).Apply(context);

        context.Connection.RemoteIpAddress.Should().Be(IPAddress.Parse(client));
        var origin = context.Features.Get<ClientOrigin>();
        (origin is null ? null : string.Join(", ", origin.Chain)).Should().Be(chain);
    }

    [TestCase("https", "app.example:8443", "https", "app.example:8443")]
    [TestCase("HTTPS", "app.example", "https", "app.example")]
    [TestCase("http, https", "first.example, second.example", "https", "second.example")]
    [TestCase("ftp", "a b", "http", "own.example")]
    [TestCase("javascript:", "app.example/x", "http", "own.example")]
    [TestCase("", "", "http", "own.example")]
    public void Scheme_and_host_are_what_the_nearest_proxy_says(string proto, string host, string scheme, string authority)
    {
        var context = Context("10.0.0.1", ("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Proto", proto), ("X-Forwarded-Host", host));

        new ClientOriginReader(Proxies, ForwardedBy.XForwarded).Apply(context);

        context.Request.Scheme.Should().Be(scheme);
        context.Request.Host.Value.Should().Be(authority);
    }

    [Test]
    public void Behind_several_proxies_scheme_and_host_are_those_of_the_first()
    {
        var context = Context(
            "10.0.0.1", ("X-Forwarded-For", "198.51.100.1, 10.0.0.2"), ("X-Forwarded-Proto", "https, http"), ("X-Forwarded-Host", "app.example, inner.example"),
            ("X-Forwarded-Prefix", "/pre/"));

        new ClientOriginReader(Proxies, ForwardedBy.XForwarded).Apply(context);

        context.Request.Scheme.Should().Be("https");
        context.Request.Host.Value.Should().Be("app.example");
        context.Features.Get<ClientOrigin>()!.Prefix.Should().Be("/pre");
    }

    [Test]
    public void Only_the_kind_of_field_counts_that_proxies_write([Values] ForwardedBy by)
    {
        var context = Context(
            "10.0.0.1", ("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=198.51.100.2;host=other.example"));

        new ClientOriginReader(Proxies, by).Apply(context);

        context.Connection.RemoteIpAddress.Should().Be(IPAddress.Parse(by == ForwardedBy.XForwarded ? "198.51.100.1" : "198.51.100.2"));
        context.Request.Scheme.Should().Be(by == ForwardedBy.XForwarded ? "https" : "http");
        context.Request.Host.Value.Should().Be(by == ForwardedBy.XForwarded ? "own.example" : "other.example");
    }

    [TestCase("for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=http;host=example.com", "192.0.2.43|| / 198.51.100.17|http|example.com")]
    [TestCase("For=\"[2001:db8:cafe::17]:4711\"", "[2001:db8:cafe::17]:4711||")]
    [TestCase("for=\"_gazonk\"", "_gazonk||")]
    [TestCase("for=a;host=\"x, y;z\\\"\"", "a||x, y;z\"")]
    [TestCase("for=a , for=b", "a|| / b||")]
    [TestCase("nonsense, for=b", "b||")]
    [TestCase("for=a, nonsense", "")]
    [TestCase("for=a, for=\"b", "")]
    [TestCase("for=a, \"for=b", "")]
    [TestCase("for=", "")]
    [TestCase("=a", "")]
    [TestCase("", "")]
    public void Forwarded_is_read_from_the_last_malformed_element_on(string value, string hops) =>
        string.Join(" / ", ForwardedField.Read(value).Select(hop => $"{hop.For}|{hop.Proto}|{hop.Host}")).Should().Be(hops);

    [TestCase("10.0.0.0/8", true), TestCase("192.0.2.7", true), TestCase("::1", true), TestCase("2001:db8::/32", true), TestCase("10.0.0.0/33", false), TestCase("example.com", false), TestCase("", false)]
    public void Proxies_are_addresses_and_networks(string text, bool isRight) => TrustedProxies.TryParse(text, out _).Should().Be(isRight);

    private static DefaultHttpContext Context(string peer, params (string Name, string Value)[] fields)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("own.example");
        foreach (var (name, value) in fields)
        {
            context.Request.Headers[name] = value;
        }

        return context;
    }
}

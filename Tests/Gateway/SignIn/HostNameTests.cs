using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Cookies;
using AppProxy.Gateway.SignIn.Sessions;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
internal sealed class HostNameTests
{
    [TestCase("https", "bücher.example:8443", "https://xn--bcher-kva.example:8443")]
    [TestCase("https", "app.example", "https://app.example")]
    [TestCase("http", "[::1]:8080", "http://[::1]:8080")]
    public void An_origin_is_as_browsers_write_it(string scheme, string host, string origin)
        => RequestHost.OriginOf(To(scheme, host)).Should().Be(origin);

    [TestCase("https://gateway.example", "https", "gateway.example", true)]
    [TestCase("https://gateway.example", "https", "GATEWAY.example:443", true)]
    [TestCase("https://gateway.example", "https", "gateway.example:444", false)]
    [TestCase("https://gateway.example", "http", "gateway.example", false)]
    [TestCase("https://gateway.example", "https", "other.example", false)]
    [TestCase("https://gateway.example", "https", "", false)]
    [TestCase("https://gateway.example:8443", "https", "gateway.example:8443", true)]
    [TestCase("https://gateway.example:8443", "https", "gateway.example", false)]
    [TestCase("https://bücher.example", "https", "bücher.example", true)]
    [TestCase("https://xn--bcher-kva.example", "https", "BÜCHER.example", true)]
    [TestCase("https://bücher.example", "https", "xn--bcher-kva.example", true)]
    [TestCase("http://[::1]:8080", "http", "[::1]:8080", true)]
    [TestCase("https://gateway.example", "https", "gateway.example.", false)]
    [TestCase("https://gateway.example.", "https", "gateway.example.", true)]
    [TestCase("https://gateway.example.", "https", "gateway.example", false)]
    public void The_gateway_s_own_host_is_known_however_it_is_written(string own, string scheme, string host, bool isOwn)
        => new GatewayOrigin(new Uri(own)).IsOf(To(scheme, host)).Should().Be(isOwn);

    [TestCase("https://gateway.example", "https", "gateway.example.", "https://gateway.example/a%20b//c?x=1")]
    [TestCase("https://gateway.example:8443", "https", "Gateway.Example.:8443", "https://gateway.example:8443/a%20b//c?x=1")]
    [TestCase("https://gateway.example.", "https", "gateway.example", "https://gateway.example./a%20b//c?x=1")]
    [TestCase("https://bücher.example", "https", "bücher.example.", "https://xn--bcher-kva.example/a%20b//c?x=1")]
    [TestCase("https://gateway.example", "https", "gateway.example", null)]
    [TestCase("https://gateway.example", "https", "gateway.example..", null)]
    [TestCase("https://gateway.example", "http", "gateway.example.", null)]
    [TestCase("https://gateway.example", "https", "gateway.example.:8443", null)]
    [TestCase("https://gateway.example", "https", "other.example.", null)]
    public void Its_name_with_a_dot_more_or_less_leads_to_its_own(string own, string scheme, string host, string? to)
    {
        var origin = new GatewayOrigin(new Uri(own));
        var request = To(scheme, host);
        (request.Path, request.QueryString) = (new PathString("/a b//c"), new QueryString("?x=1"));

        (origin.IsButForDot(request) ? origin.ToSame(request) : null).Should().Be(to);
    }

    [Test]
    public void Its_URLs_are_as_fields_have_them() => new GatewayOrigin(new Uri("https://bücher.example")).To("/sign-in").Should().Be("https://xn--bcher-kva.example/sign-in");

    [TestCase("app.example")]
    [TestCase("APP.example.")]
    [TestCase("xn--bcher-kva.example:8443")]
    public async Task A_session_is_found_without_asking_anybody(string host)
    {
        var time = new FakeTimeProvider();
        var sessions = new SessionRegistry(new VolatileSessions(), new SessionTokens(SharedSessions.Protection), new SignInOptions(), time);
        var session = await sessions.BeginAsync(SharedSessions.Ticket("alice", time.GetUtcNow()), CancellationToken.None);

        // As a request has it, which shows names as people read them.
        var request = To("https", HostString.FromUriComponent(host).Value);
        request.Headers.Cookie = $"{GatewayCookies.Session(request)}={await sessions.IssueTokenAsync(session, RequestHost.Of(request), CancellationToken.None)}";

        new SessionReader(sessions).FindNow(request, null).Should().BeSameAs(session);
    }

    private static HttpRequest To(string scheme, string? host)
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = scheme;
        request.Host = new HostString(host ?? "");
        return request;
    }
}

using System.Text;
using System.Text.Json.Nodes;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.SignOut;
using AppProxy.Tests.EndToEnd;
using AppProxy.Tests.Gateway.Access;
using FluentAssertions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(20_000)]
internal sealed class BackChannelLogoutTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(AccessFixture.Now);
    private readonly SigningProvider _provider = new();
    private readonly LogRecorder _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly EventRecorder _events = new();
    private readonly SessionRegistry _sessions;
    private readonly BackChannelLogout _endpoint;

    public BackChannelLogoutTests()
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log.CreateProvider()));
        _sessions = new SessionRegistry(new VolatileSessions(), new SessionTokens(new EphemeralDataProtectionProvider()), SigningProvider.Options, _time);
        _endpoint = new BackChannelLogout(_sessions, SigningProvider.Options, _provider, _events, _time, _loggers.CreateLogger<BackChannelLogout>());
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _provider.Dispose();
    }

    [TestCase("""{ }""")]
    [TestCase("""{ "sub": null }""")]
    [TestCase("""{ "sid": null }""")]
    [TestCase("""{ "exp": null }""")]
    [TestCase("""{ "iat": -240 }""")]
    [TestCase("""{ "iat": 50 }""")]
    public async Task The_provider_ends_a_session(string change, CancellationToken cancellation)
    {
        var session = await BeginAsync(cancellation);

        (await SendAsync(Sign(change))).Should().Be(StatusCodes.Status200OK);

        session.IsEnded.Should().BeTrue();
        _events.Single().Should().Be((AuditKind.Revocation, "success"));
    }

    [TestCase("""{ "aud": "somebody" }""", "Audience")]
    [TestCase("""{ "iss": "https://evil.example" }""", "Issuer")]
    [TestCase("""{ "exp": -120 }""", "Lifetime")]
    [TestCase("""{ "nonce": "n" }""", "no logout token")]
    [TestCase("""{ "events": null }""", "no logout token")]
    [TestCase("""{ "events": null, "nonce": "n", "auth_time": 0, "at_hash": "an ID token" }""", "no logout token")]
    [TestCase("""{ "events": { "http://schemas.openid.net/event/other": {} } }""", "no logout token")]
    [TestCase("""{ "sub": null, "sid": null }""", "no logout token")]
    [TestCase("""{ "iat": null }""", "time of issue")]
    [TestCase("""{ "iat": -301 }""", "time of issue")]
    [TestCase("""{ "iat": 61 }""", "time of issue")]
    [TestCase("""{ "jti": null }""", "no id")]
    public async Task Not_by_what_is_no_logout_token_for_us_of_now(string change, string because, CancellationToken cancellation)
    {
        var session = await BeginAsync(cancellation);

        (await SendAsync(Sign(change))).Should().Be(StatusCodes.Status400BadRequest);

        session.IsEnded.Should().BeFalse();
        _log.Entries.Should().ContainSingle().Which.Text.Should().Contain(because);
        _events.Should().BeEmpty();
    }

    [Test]
    public async Task Nor_by_one_of_another_key(CancellationToken cancellation)
    {
        using var other = new SigningProvider();
        var session = await BeginAsync(cancellation);

        (await SendAsync(other.Sign("logout+jwt", Claims("{ }")))).Should().Be(StatusCodes.Status400BadRequest);

        session.IsEnded.Should().BeFalse();
        _log.Entries.Should().ContainSingle();
    }

    [Test]
    public async Task A_token_that_was_found_ends_nothing_a_second_time(CancellationToken cancellation)
    {
        var token = Sign("""{ "sid": null }""");
        await BeginAsync(cancellation);
        await SendAsync(token);
        var again = await BeginAsync(cancellation);

        (await SendAsync(token)).Should().Be(StatusCodes.Status400BadRequest);
        _time.Advance(TimeSpan.FromMinutes(10));
        (await SendAsync(token)).Should().Be(StatusCodes.Status400BadRequest);

        again.IsEnded.Should().BeFalse();
        _log.Entries.Select(static entry => entry.Text).Should().HaveCount(2).And.Contain(static text => text.Contains("it came before"));
    }

    [Test]
    public async Task It_may_come_in_chunks_and_not_without_end(CancellationToken cancellation)
    {
        var session = await BeginAsync(cancellation);

        (await SendAsync(new string('x', 100_000), isChunked: true)).Should().Be(StatusCodes.Status400BadRequest);
        (await SendAsync(new string('x', 100_000))).Should().Be(StatusCodes.Status400BadRequest);
        (await SendAsync(Sign("{ }"), type: "multipart/form-data; boundary=x")).Should().Be(StatusCodes.Status400BadRequest);
        session.IsEnded.Should().BeFalse();
        _log.Entries.Should().HaveCount(3);

        (await SendAsync(Sign("{ }"), isChunked: true)).Should().Be(StatusCodes.Status200OK);
        session.IsEnded.Should().BeTrue();
    }

    private Task<Session> BeginAsync(CancellationToken cancellation) => _sessions.BeginAsync(
        new SessionTicket
        {
            Id = Guid.NewGuid(),
            User = AccessFixture.Alice,
            AuthenticatedAt = _time.GetUtcNow(),
            LastSeenAt = _time.GetUtcNow(),
            ExpiresAt = _time.GetUtcNow().AddHours(1),
            ProviderSessionId = "s-1",
        },
        cancellation);

    private string Sign(string change) => _provider.Sign("logout+jwt", Claims(change));

    /// <param name="change">Claims that are otherwise, or null for none; times are seconds from now.</param>
    private JsonObject Claims(string change)
    {
        var claims = JsonNode.Parse($$"""
            { "iss": "{{SigningProvider.Issuer}}", "aud": "gateway", "iat": 0, "exp": 120, "jti": "{{Guid.NewGuid()}}", "sub": "alice", "sid": "s-1",
              "events": { "http://schemas.openid.net/event/backchannel-logout": {} } }
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            claims.Remove(name);
            if (value is not null)
            {
                claims[name] = value.DeepClone();
            }
        }

        foreach (var name in (string[])["iat", "exp"])
        {
            if (claims[name] is { } seconds)
            {
                claims[name] = _time.GetUtcNow().ToUnixTimeSeconds() + seconds.GetValue<long>();
            }
        }

        return claims;
    }

    private async Task<int> SendAsync(string token, bool isChunked = false, string type = "application/x-www-form-urlencoded")
    {
        var body = Encoding.ASCII.GetBytes("logout_token=" + token);
        var context = new DefaultHttpContext { Request = { Method = "POST", ContentType = type, Body = new MemoryStream(body), ContentLength = isChunked ? null : body.Length } };
        await _endpoint.InvokeAsync(context);
        return context.Response.StatusCode;
    }
}

using System.Text.Json.Nodes;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Bearer;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Tests.Gateway.Access;
using FluentAssertions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(20_000)]
internal sealed class PreAuthenticationTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(AccessFixture.Now);
    private readonly SigningProvider _provider = new();
    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly SessionRegistry _sessions;
    private readonly PreAuthentication _preAuthentication;

    public PreAuthenticationTests()
    {
        var storage = new VolatileSessions();
        _sessions = new SessionRegistry(storage, new SessionTokens(_keys), SigningProvider.Options, _time);
        var refusal = new SignInRefusal(new EventRecorder(), NullLogger<SignInRefusal>.Instance);
        _preAuthentication = new PreAuthentication(
            new SessionReader(_sessions),
            new BearerTokens(SigningProvider.Options, new ClaimsReader(SigningProvider.Options, _time), _provider, _time),
            new SignInChallenge(new Seal(_keys), new GatewayOrigin(new Uri("https://gateway.example.com")), new RequestKeeper(storage, _time), refusal, _time),
            refusal,
            new ProviderState());
    }

    public void Dispose() => _provider.Dispose();

    [TestCase("a-1", true)]
    [TestCase("a-2", false)]
    public async Task A_cookie_and_a_token_are_of_one_person_by_id_whatever_the_provider_calls_them_to_each_client(string id, bool isSame, CancellationToken cancellation)
    {
        var session = await BeginAsync(cancellation);
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var token = _provider.Sign("at+jwt", new JsonObject
        {
            ["iss"] = SigningProvider.Issuer,
            ["aud"] = "gateway",
            ["iat"] = now,
            ["exp"] = now + 60,
            ["sub"] = "alice-to-another-client",
            ["oid"] = id,
            ["scp"] = "use",
        });
        var context = await AskAsync(session, cancellation);
        context.Request.Headers.Authorization = "Bearer " + token;

        var caller = await _preAuthentication.AuthenticateAsync(context, SignInApps.Read());

        (caller == session).Should().Be(isSame);
        context.Response.StatusCode.Should().Be(isSame ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    [Test]
    public async Task Of_sign_ins_under_way_only_the_oldest_are_forgotten(CancellationToken cancellation)
    {
        var pending = new List<string>();
        for (var tab = 0; tab < 9; tab++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var context = await AskAsync(null, cancellation);
            context.Request.Headers["Sec-Fetch-Mode"] = "navigate";
            context.Request.Headers.Cookie = string.Join("; ", pending.Order(StringComparer.Ordinal).Reverse().Select(static name => name + "=x"));
            (await _preAuthentication.AuthenticateAsync(context, SignInApps.Read())).Should().BeNull();

            var set = context.Response.Headers.SetCookie.Select(static cookie => (Name: cookie!.Split('=')[0], IsGone: cookie.Contains("1970", StringComparison.Ordinal))).ToList();
            var gone = set.Where(static cookie => cookie.IsGone).Select(static cookie => cookie.Name).ToList();
            gone.Should().Equal(pending.Take(gone.Count), "the oldest go");
            pending.RemoveRange(0, gone.Count);
            pending.Add(set.Single(static cookie => !cookie.IsGone).Name);
        }

        pending.Should().HaveCount(6);
    }

    private Task<Session> BeginAsync(CancellationToken cancellation) => _sessions.BeginAsync(
        new SessionTicket { Id = Guid.NewGuid(), User = AccessFixture.Alice, AuthenticatedAt = _time.GetUtcNow(), LastSeenAt = _time.GetUtcNow(), ExpiresAt = _time.GetUtcNow().AddHours(1) }, cancellation);

    private async Task<DefaultHttpContext> AskAsync(Session? session, CancellationToken cancellation)
    {
        var context = new DefaultHttpContext { Request = { Method = "GET", Scheme = "https", Host = new HostString("hr.example.com"), Path = "/" } };
        context.Response.Body = new MemoryStream();
        if (session is not null)
        {
            context.Request.Headers.Cookie = "__Host-AppProxy-Session=" + await _sessions.IssueTokenAsync(session, "hr.example.com", cancellation);
        }

        return context;
    }
}

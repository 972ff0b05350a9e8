using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Bearer;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Tests.Gateway.Access;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(60_000)]
internal sealed class BearerTokensTests : IDisposable
{
    private const string Program = """{ "sub": "c", "client_id": "c" }""";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TokenIssuer _issuer;
    private readonly BearerTokens _tokens;
    private readonly PublishedApp _app;

    public BearerTokensTests()
    {
        _issuer = new TokenIssuer(_time);
        var options = new SignInOptions { Authority = TokenIssuer.Name, ClientId = "gateway" };
        _tokens = new BearerTokens(options, new ClaimsReader(options, _time), _issuer.Options, _time);
        AccessFixture.Read().TryGet("hr", out var app).Should().BeTrue();
        _app = app!;
    }

    public void Dispose() => _issuer.Dispose();

    [TestCase("""{ "sub": "p", "roles": ["Admin"], "nonce": "n" }""")]
    [TestCase("""{ "sub": "p", "roles": ["Admin"], "at_hash": "h" }""")]
    [TestCase("""{ "sub": "p", "roles": ["Admin"], "c_hash": "h", "scp": "use" }""")]
    [TestCase("""{ "sub": "p", "roles": ["Admin"], "azp": "gateway", "typ": "ID" }""", TestName = "An_ID_token_with_roles_opens_nothing(Keycloak's)")]
    [TestCase("""{ "sub": "pairwise", "oid": "p", "roles": ["Admin"], "name": "Paula", "preferred_username": "paula@corp.test", "ver": "2.0" }""", TestName = "An_ID_token_with_roles_opens_nothing(Entra's)")]
    [TestCase("""{ "sub": "p", "oid": "p", "azp": "gateway", "roles": ["Admin"], "amr": ["pwd"], "auth_time": 1767225000 }""", TestName = "An_ID_token_with_roles_opens_nothing(the directory's)")]
    public async Task An_ID_token_with_roles_opens_nothing(string claims, CancellationToken cancellation)
    {
        var found = await CheckAsync(_issuer.Sign(claims), cancellation);

        found.Caller.Should().BeNull();
        found.Fault.Should().MatchRegex("no access token|grants nothing");
        found.IsOurs.Should().BeTrue("its audience is the gateway's client, so it goes to nobody else either");
    }

    [TestCase("JWT", """{ "sub": "s", "oid": "s", "azp": "c", "azpacr": "1", "roles": ["Robots"], "ver": "2.0" }""", TestName = "A_program_is_known_by_its_provider_s_word(Entra 2.0)")]
    [TestCase("JWT", """{ "sub": "s", "oid": "s", "appid": "c", "appidacr": "1", "ver": "1.0" }""", TestName = "A_program_is_known_by_its_provider_s_word(Entra 1.0)")]
    [TestCase("JWT", """{ "sub": "s", "azp": "c", "idtyp": "app" }""", TestName = "A_program_is_known_by_its_provider_s_word(Entra with idtyp)")]
    [TestCase("at+jwt", """{ "sub": "c", "client_id": "c", "roles": ["Robots"], "scope": "use" }""", TestName = "A_program_is_known_by_its_provider_s_word(oidc-provider)")]
    [TestCase("at+jwt", """{ "sub": "c", "client_id": "c" }""", TestName = "A_program_is_known_by_its_provider_s_word(the directory)")]
    [TestCase("JWT", """{ "sub": "u-1", "azp": "c", "client_id": "c", "clientHost": "192.0.2.1", "clientAddress": "192.0.2.1", "typ": "Bearer", "acr": "1", "scope": "profile email", "preferred_username": "service-account-c" }""", TestName = "A_program_is_known_by_its_provider_s_word(Keycloak)")]
    public async Task A_program_is_known_by_its_provider_s_word(string type, string claims, CancellationToken cancellation)
    {
        var found = await CheckAsync(_issuer.Sign(claims, type: type), cancellation);

        found.Fault.Should().BeNull();
        found.Caller!.User.IsServicePrincipal.Should().BeTrue();
    }

    [TestCase("JWT", """{ "sub": "pairwise", "oid": "p", "azp": "c", "scp": "use", "roles": ["Admin"] }""")]
    [TestCase("at+jwt", """{ "sub": "p", "client_id": "c", "roles": ["Admin"] }""")]
    [TestCase("at+jwt", """{ "sub": "p", "oid": "p", "client_id": "c", "scope": "openid", "amr": ["pwd"] }""")]
    [TestCase("JWT", """{ "sub": "u-1", "azp": "c", "typ": "Bearer", "nonce": "n", "acr": "1", "scope": "openid profile", "preferred_username": "paula" }""", TestName = "A_person_is_no_program_for_want_of_scopes(Keycloak, with its nonce)")]
    public async Task A_person_is_no_program_for_want_of_scopes(string type, string claims, CancellationToken cancellation)
    {
        var found = await CheckAsync(_issuer.Sign(claims, type: type), cancellation);

        found.Fault.Should().BeNull();
        found.Caller!.User.IsServicePrincipal.Should().BeFalse();
    }

    [TestCase("JWT", """{ "sub": "p", "azp": "c", "roles": ["Admin"] }""")]
    [TestCase("at+jwt", """{ "sub": "p", "client_id": "c" }""")]
    public async Task What_says_neither_that_it_is_a_program_s_nor_what_it_may_grants_nothing(string type, string claims, CancellationToken cancellation)
        => (await CheckAsync(_issuer.Sign(claims, type: type), cancellation)).Fault.Should().Contain("grants nothing");

    [Test]
    public async Task What_names_our_provider_and_us_is_ours_good_or_not(CancellationToken cancellation)
    {
        (await CheckAsync(_issuer.Sign(Program, life: TimeSpan.FromHours(-1)), cancellation)).Should().Be(new BearerCheck(null, "the token has expired", IsOurs: true, IsUndecided: false));
        (await CheckAsync(_issuer.Sign(Program)[..^4] + "AAAA", cancellation)).IsOurs.Should().BeTrue();
        (await CheckAsync(_issuer.Sign(Program, audience: "api://gateway"), cancellation)).IsOurs.Should().BeTrue();

        (await CheckAsync(_issuer.Sign(Program, issuer: "https://other.example"), cancellation)).Should().Be(new BearerCheck(null, "the token is of another issuer", IsOurs: false, IsUndecided: false));
        (await CheckAsync(_issuer.Sign(Program, audience: "api://other"), cancellation)).Should().Be(new BearerCheck(null, "the token is for another audience", IsOurs: false, IsUndecided: false));
        (await CheckAsync("a.b.c", cancellation)).Should().Be(new BearerCheck(null, "the token is malformed", IsOurs: false, IsUndecided: false));
        (await CheckAsync("e30.eyJhdWQiOnt9fQ.c2ln", cancellation)).IsOurs.Should().BeFalse("an audience that is no name is nobody's");
    }

    [Test]
    public async Task A_token_by_a_new_key_is_good_as_soon_as_the_key_is_known(CancellationToken cancellation)
    {
        (await CheckAsync(_issuer.Sign(Program), cancellation)).Caller.Should().NotBeNull();
        _issuer.Rotate();
        var token = _issuer.Sign(Program);

        // No time passes: a refusal that was kept would stand.
        while ((await CheckAsync(token, cancellation)).Caller is null)
        {
            cancellation.ThrowIfCancellationRequested();
        }

        (await CheckAsync(token, cancellation)).Fault.Should().BeNull();
    }

    [Test]
    public async Task Keys_that_cannot_be_had_are_no_fault_of_the_token(CancellationToken cancellation)
    {
        var token = _issuer.Sign(Program);
        _issuer.IsAway = true;

        (await CheckAsync(token, cancellation)).Should().Be(new BearerCheck(null, "the provider's keys cannot be had", IsOurs: true, IsUndecided: true));
        _issuer.IsAway = false;

        (await CheckAsync(token, cancellation)).Caller.Should().NotBeNull();
    }

    [Test]
    public async Task A_refusal_is_kept_for_seconds_only(CancellationToken cancellation)
    {
        // Its clock is ahead of ours by more than is let pass.
        var token = _issuer.Sign($$"""{ "sub": "c", "client_id": "c", "nbf": {{_time.GetUtcNow().AddSeconds(70).ToUnixTimeSeconds()}} }""");

        (await CheckAsync(token, cancellation)).Caller.Should().BeNull();
        _time.Advance(TimeSpan.FromSeconds(15));

        (await CheckAsync(token, cancellation)).Caller.Should().NotBeNull();
    }

    [Test]
    public void Nothing_large_is_kept_of_tokens_that_nobody_vouched_for()
    {
        var kept = new CheckedTokens();
        var now = _time.GetUtcNow();
        var refused = new CheckedToken(null, "the token's signature is not the provider's", now.AddSeconds(5)) { IsOfProvider = true };

        kept.Keep(new TokenHash(1, 0, 0, 0), refused with { Audiences = ["gateway"] }, now);
        kept.Keep(new TokenHash(2, 0, 0, 0), refused with { Audiences = [.. Enumerable.Repeat("a", 17)] }, now);
        kept.Keep(new TokenHash(3, 0, 0, 0), refused with { Audiences = [new string('a', 1025)] }, now);

        kept.Count.Should().Be(1);
        kept.TryGet(new TokenHash(1, 0, 0, 0), now, out _).Should().BeTrue();
        kept.TryGet(new TokenHash(1, 0, 0, 0), now.AddSeconds(5), out _).Should().BeFalse();
    }

    [Test]
    public async Task One_that_is_too_long_is_refused_as_ours(CancellationToken cancellation)
        => (await CheckAsync(_issuer.Sign($$"""{ "sub": "c", "client_id": "c", "more": "{{new string('a', 17_000)}}" }"""), cancellation))
            .Should().Be(new BearerCheck(null, "the token is too long", IsOurs: true, IsUndecided: false));

    private async Task<BearerCheck> CheckAsync(string token, CancellationToken cancellation) => await _tokens.CheckAsync(token, _app, cancellation);
}

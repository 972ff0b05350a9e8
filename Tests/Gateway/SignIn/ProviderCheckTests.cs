using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(20_000)]
internal sealed class ProviderCheckTests : IDisposable
{
    private readonly SigningProvider _provider = new();
    private readonly SignInOptions _options = new() { Authority = SigningProvider.Issuer, ClientId = "gateway" };

    public void Dispose() => _provider.Dispose();

    [Test]
    public async Task A_provider_that_says_little_is_asked_no_further(CancellationToken cancellation)
    {
        _options.UseUserInfo = true;
        _options.TwoStepsAcr = "urn:mfa";

        (await CheckAsync(cancellation)).Should().BeEmpty();
    }

    [Test]
    public async Task One_that_supports_all_that_is_asked_for_is_fine(CancellationToken cancellation)
    {
        var published = _provider.Configuration;
        published.ResponseTypesSupported.Add("code");
        published.CodeChallengeMethodsSupported.Add("S256");
        published.AcrValuesSupported.Add("urn:mfa");
        foreach (var scope in (string[])["openid", "profile", "email"])
        {
            published.ScopesSupported.Add(scope);
        }

        _options.TwoStepsAcr = "urn:mfa";

        (await CheckAsync(cancellation)).Should().BeEmpty();
    }

    [Test]
    public async Task Everything_that_cannot_work_is_told_at_once(CancellationToken cancellation)
    {
        var published = _provider.Configuration;
        published.ResponseTypesSupported.Add("id_token");
        published.CodeChallengeMethodsSupported.Add("plain");
        published.AcrValuesSupported.Add("0");
        published.ScopesSupported.Add("openid");
        published.UserInfoEndpoint = null;
        _options.TwoStepsAcr = "urn:mfa";
        _options.UseUserInfo = true;
        _options.Scopes.AddRange(["openid", "api"]);

        (await CheckAsync(cancellation)).Should().SatisfyRespectively(
            static mistake => mistake.Should().Contain("UseUserInfo").And.Contain("userinfo endpoint"),
            static mistake => mistake.Should().Contain("authorization code flow"),
            static mistake => mistake.Should().Contain("PKCE"),
            static mistake => mistake.Should().Contain("'urn:mfa' of Gateway:SignIn:TwoStepsAcr (acr_values_supported has 0)"),
            static mistake => mistake.Should().Contain("scope 'api'"));
    }

    [TestCase("https://login.microsoftonline.com/{tenantid}/v2.0", "give your tenant's id")]
    [TestCase("https://somebody.example", "calls itself 'https://somebody.example'")]
    public async Task One_that_is_everybody_s_or_another_is_refused(string issuer, string because, CancellationToken cancellation)
    {
        _provider.Configuration.Issuer = issuer;

        (await CheckAsync(cancellation)).Should().ContainSingle().Which.Should().Contain(because);
    }

    [Test]
    public async Task One_without_endpoints_or_keys_is_none(CancellationToken cancellation)
    {
        _provider.Configuration.SigningKeys.Clear();

        (await CheckAsync(cancellation)).Should().ContainSingle().Which.Should().Contain("names no authorization endpoint, token endpoint or keys");
    }

    private async Task<IEnumerable<string>> CheckAsync(CancellationToken cancellation)
    {
        using var check = new ProviderCheck(_options, new ProviderState(), _provider, TimeProvider.System, NullLogger<ProviderCheck>.Instance);
        try
        {
            await check.StartAsync(cancellation);
            return [];
        }
        catch (OptionsValidationException mistakes)
        {
            return mistakes.Failures;
        }
    }
}

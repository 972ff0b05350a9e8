using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AppProxy.Gateway.SignIn;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Tests.Gateway.SignIn;

/// <summary>A provider that is a key and a discovery document: it signs whatever a test makes up.</summary>
internal sealed class SigningProvider : IOptionsMonitor<OpenIdConnectOptions>, IDisposable
{
    public const string Issuer = "https://provider.test";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RsaSecurityKey _key;

    public SigningProvider()
    {
        _key = new RsaSecurityKey(_rsa) { KeyId = "one" };
        Configuration = new OpenIdConnectConfiguration { Issuer = Issuer, AuthorizationEndpoint = Issuer + "/authorize", TokenEndpoint = Issuer + "/token", UserInfoEndpoint = Issuer + "/userinfo" };
        Configuration.SigningKeys.Add(_key);
    }

    /// <summary>What is published.</summary>
    public OpenIdConnectConfiguration Configuration { get; }

    public OpenIdConnectOptions CurrentValue => Get(null);

    /// <summary>The gateway's registration there.</summary>
    public static SignInOptions Options { get; } = new() { Authority = Issuer, ClientId = "gateway" };

    public OpenIdConnectOptions Get(string? name) => new() { ConfigurationManager = new StaticConfigurationManager<OpenIdConnectConfiguration>(Configuration) };

    public IDisposable? OnChange(Action<OpenIdConnectOptions, string?> listener) => null;

    /// <param name="type">The header's <c>typ</c>.</param>
    /// <param name="claims">The payload, as it is.</param>
    public string Sign(string type, JsonObject claims) => new JsonWebTokenHandler().CreateToken(
        claims.ToJsonString(), new SigningCredentials(_key, SecurityAlgorithms.RsaSha256), new Dictionary<string, object> { ["typ"] = type });

    public void Dispose() => _rsa.Dispose();
}

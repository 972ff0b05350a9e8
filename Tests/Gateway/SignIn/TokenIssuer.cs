using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Tests.Gateway.SignIn;

/// <summary>A provider's keys, what it signs with them, and how a gateway gets them.</summary>
internal sealed class TokenIssuer : IConfigurationRetriever<OpenIdConnectConfiguration>, IDocumentRetriever, IDisposable
{
    public const string Name = "https://provider.example";

    private readonly TimeProvider _time;
    private readonly ServiceProvider _services;
    private RSA _key = RSA.Create(2048);
    private int _number = 1;

    public TokenIssuer(TimeProvider time)
    {
        _time = time;
        _services = new ServiceCollection()
            .Configure<OpenIdConnectOptions>(ProviderOptions.Scheme, options => options.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(Name, this, this))
            .BuildServiceProvider();
    }

    /// <summary>With where to get the keys, and nothing else.</summary>
    public IOptionsMonitor<OpenIdConnectOptions> Options => _services.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>();

    /// <summary>Whether nobody gets the keys.</summary>
    public bool IsAway { get; set; }

    /// <summary>From now on there is another key, and only that.</summary>
    public void Rotate()
    {
        _key.Dispose();
        _key = RSA.Create(2048);
        _number++;
    }

    /// <param name="claims">What the token says, as JSON.</param>
    public string Sign(string claims, string issuer = Name, string audience = "gateway", string type = "JWT", TimeSpan? life = null)
    {
        var payload = JsonNode.Parse(claims)!.AsObject();
        var now = _time.GetUtcNow();
        payload["iss"] = issuer;
        payload["aud"] = audience;
        payload["iat"] = now.ToUnixTimeSeconds();
        payload["exp"] = (now + (life ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds();
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            payload.ToJsonString(), new SigningCredentials(Key(), SecurityAlgorithms.RsaSha256), new Dictionary<string, object> { ["typ"] = type });
    }

    public Task<OpenIdConnectConfiguration> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
    {
        if (IsAway)
        {
            throw new IOException("Nobody answers.");
        }

        var configuration = new OpenIdConnectConfiguration { Issuer = Name };
        configuration.SigningKeys.Add(Key());
        return Task.FromResult(configuration);
    }

    public Task<string> GetDocumentAsync(string address, CancellationToken cancel) => throw new NotSupportedException("The configuration is made here.");

    public void Dispose()
    {
        _services.Dispose();
        _key.Dispose();
    }

    private RsaSecurityKey Key() => new(_key.ExportParameters(includePrivateParameters: true)) { KeyId = $"key-{_number}" };
}

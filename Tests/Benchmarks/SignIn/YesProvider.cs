using System.Collections.Concurrent;
using System.Security.Cryptography;
using AppProxy.Benchmarks.Roles;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Benchmarks.SignIn;

/// <summary>An OpenID Connect provider that asks nothing: whoever comes is Alice. It is asked once, and measured never.</summary>
internal sealed class YesProvider : IAsyncDisposable
{
    private static readonly string[] ResponseTypes = ["code"];
    private static readonly string[] SubjectTypes = ["public"];
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256];

    private readonly RSA _key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Client, string? Nonce)> _codes = new();
    private readonly WebApplication _application;

    private YesProvider()
    {
        _application = RoleServer.CreateBuilder(null).Build();
        _application.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/keys",
            ["response_types_supported"] = ResponseTypes,
            ["subject_types_supported"] = SubjectTypes,
            ["id_token_signing_alg_values_supported"] = Algorithms,
        }));
        _application.MapGet("/keys", () =>
        {
            var key = _key.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "1", n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) } } });
        });
        _application.MapGet("/authorize", (HttpRequest request) =>
        {
            var code = Guid.NewGuid().ToString("n");
            _codes[code] = (request.Query["client_id"].ToString(), request.Query["nonce"]);
            return Results.Redirect($"{request.Query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(request.Query["state"].ToString())}");
        });
        _application.MapPost("/token", async (HttpRequest request) =>
            _codes.TryRemove((await request.ReadFormAsync())["code"].ToString(), out var asked) ? Results.Json(Answer(asked.Client, asked.Nonce)) : Results.BadRequest());
    }

    public string Issuer { get; private set; } = "";

    public static async Task<YesProvider> StartAsync(CancellationToken cancellationToken)
    {
        var provider = new YesProvider();
        await provider._application.StartAsync(cancellationToken);
        provider.Issuer = provider._application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _key.Dispose();
    }

    private Dictionary<string, string> Answer(string client, string? nonce)
    {
        var now = TimeProvider.System.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["sub"] = "alice",
            ["name"] = "Alice",
            ["preferred_username"] = "alice@example.com",
            ["groups"] = Enumerable.Range(0, 20).Select(static number => $"group-{number}").ToArray(),
        };
        if (nonce is not null)
        {
            claims["nonce"] = nonce;
        }

        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = client,
            IssuedAt = now.UtcDateTime,
            Expires = now.UtcDateTime.AddHours(1),
            Claims = claims,
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(_key) { KeyId = "1" }, SecurityAlgorithms.RsaSha256),
        });
        return new Dictionary<string, string> { ["access_token"] = "none", ["token_type"] = "Bearer", ["id_token"] = token };
    }
}

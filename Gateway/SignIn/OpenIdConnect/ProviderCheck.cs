using System.Net;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>Reads the provider's discovery document at the start, and holds the settings against it: what cannot work is told before people find out.</summary>
internal sealed class ProviderCheck(SignInOptions options, IOptionsMonitor<OpenIdConnectOptions> oidc, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        List<string> mistakes;
        try
        {
            mistakes = Check(await oidc.Get(ProviderOptions.Scheme).ConfigurationManager!.GetConfigurationAsync(either.Token));
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or WebException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            mistakes = [$"Gateway:SignIn:Authority is '{options.Authority}': no discovery document can be read at {options.Authority!.TrimEnd('/')}/.well-known/openid-configuration ({failure.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.')}). Check the URL, and that this machine reaches it."];
        }

        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException("Gateway:SignIn", typeof(SignInOptions), mistakes);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private List<string> Check(OpenIdConnectConfiguration provider)
    {
        var mistakes = new List<string>();
        if (!SameIssuer(provider.Issuer, options.Authority!))
        {
            mistakes.Add($"Gateway:SignIn:Authority is '{options.Authority}', but the provider there calls itself '{provider.Issuer}': give that.");
        }

        if (string.IsNullOrEmpty(provider.AuthorizationEndpoint) || string.IsNullOrEmpty(provider.TokenEndpoint) || provider.SigningKeys.Count == 0)
        {
            mistakes.Add("Gateway:SignIn:Authority: the provider's discovery document names no authorization endpoint, token endpoint or keys.");
        }

        CheckSupport(provider.ResponseTypesSupported, "code", "the authorization code flow (response_types_supported has no 'code')", mistakes);
        CheckSupport(provider.CodeChallengeMethodsSupported, "S256", "PKCE with S256", mistakes);
        foreach (var scope in options.Scopes.Count > 0 ? options.Scopes : ["openid", "profile", "email"])
        {
            CheckSupport(provider.ScopesSupported, scope, $"the scope '{scope}' of Gateway:SignIn:Scopes (it knows {string.Join(", ", provider.ScopesSupported)})", mistakes);
        }

        return mistakes;
    }

    /// <summary>A provider that does not say what it supports is asked no further.</summary>
    private static void CheckSupport(ICollection<string> supported, string wanted, string what, List<string> mistakes)
    {
        if (supported.Count > 0 && !supported.Contains(wanted))
        {
            mistakes.Add($"Gateway:SignIn: the provider does not support {what}.");
        }
    }

    /// <summary>Entra's shared tenants have a placeholder in the place of the tenant.</summary>
    private static bool SameIssuer(string? issuer, string authority) =>
        issuer is not null && (issuer.TrimEnd('/') == authority.TrimEnd('/') || issuer.Contains("{tenantid}", StringComparison.Ordinal));
}

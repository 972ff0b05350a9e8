using System.Net;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>
/// Reads the provider's discovery document at the start, and holds the settings against it: what cannot work is told before people find out. A provider
/// that does not answer stops nobody who needs none: it is asked until it does.
/// </summary>
internal sealed partial class ProviderCheck(SignInOptions options, ProviderState state, IOptionsMonitor<OpenIdConnectOptions> oidc, TimeProvider time, ILogger<ProviderCheck> logger) : IHostedService, IDisposable
{
    /// <summary>The start waits no longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private Task _asking = Task.CompletedTask;
    private string? _told;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var (mistakes, away) = await AskAsync(cancellationToken);
        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException("Gateway:SignIn", typeof(SignInOptions), mistakes);
        }

        if (away is not null)
        {
            state.IsAway = true;
            LogAway(options.Authority!, away);
            _asking = AskOnAsync(_stopping.Token);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task AskOnAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (state.IsAway && await timer.WaitForNextTickAsync(stopping))
            {
                var (mistakes, away) = await AskAsync(stopping);
                if (mistakes.Count > 0)
                {
                    // Too late to stop the start; told once.
                    var all = string.Join(" ", mistakes);
                    if (_told != all)
                    {
                        _told = all;
                        LogMistakes(all);
                    }
                }
                else if (away is null)
                {
                    state.IsAway = false;
                    LogThere(options.Authority!);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    /// <returns>What is wrong with the settings, or why the provider does not answer.</returns>
    private async Task<(IReadOnlyList<string> Mistakes, string? Away)> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return (Check(await oidc.Get(ProviderOptions.Scheme).ConfigurationManager!.GetConfigurationAsync(either.Token)), null);
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or WebException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var reason = failure.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');
            return IsAway(failure)
                ? ([], reason)
                : ([$"Gateway:SignIn:Authority is '{options.Authority}': no discovery document can be read at {options.Authority!.TrimEnd('/')}/.well-known/openid-configuration ({reason}). Check the URL."], null);
        }
    }

    /// <summary>Nobody answers there, or only that it cannot now. Whoever answers something else is no provider.</summary>
    private static bool IsAway(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure.Data[HttpDocumentRetriever.StatusCode] is { } told)
            {
                return told is HttpStatusCode status && (status >= HttpStatusCode.InternalServerError || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout);
            }

            if (failure is HttpRequestException or OperationCanceledException or System.Net.Sockets.SocketException)
            {
                return true;
            }
        }

        return false;
    }

    private List<string> Check(OpenIdConnectConfiguration provider)
    {
        var mistakes = new List<string>();
        if (provider.Issuer?.Contains("{tenantid}", StringComparison.OrdinalIgnoreCase) == true)
        {
            // Entra for everybody: each token names a tenant of its own as its issuer, and anybody's tenant could sign people in.
            mistakes.Add($"Gateway:SignIn:Authority is '{options.Authority}', which stands for all tenants: give your tenant's id, as in https://login.microsoftonline.com/<tenant>/v2.0.");
        }
        else if (provider.Issuer?.TrimEnd('/') != options.Authority!.TrimEnd('/'))
        {
            mistakes.Add($"Gateway:SignIn:Authority is '{options.Authority}', but the provider there calls itself '{provider.Issuer}': give that.");
        }

        if (string.IsNullOrEmpty(provider.AuthorizationEndpoint) || string.IsNullOrEmpty(provider.TokenEndpoint) || provider.SigningKeys.Count == 0)
        {
            mistakes.Add("Gateway:SignIn:Authority: the provider's discovery document names no authorization endpoint, token endpoint or keys.");
        }

        if (options.UseUserInfo && string.IsNullOrEmpty(provider.UserInfoEndpoint))
        {
            mistakes.Add("Gateway:SignIn:UseUserInfo is true, but the provider's discovery document names no userinfo endpoint: let the provider put the claims into the ID token.");
        }

        CheckSupport(provider.ResponseTypesSupported, "code", "the authorization code flow (response_types_supported has no 'code')", mistakes);
        CheckSupport(provider.CodeChallengeMethodsSupported, "S256", "PKCE with S256", mistakes);
        if (options.TwoStepsAcr is { } twoSteps)
        {
            CheckSupport(provider.AcrValuesSupported, twoSteps, $"'{twoSteps}' of Gateway:SignIn:TwoStepsAcr (acr_values_supported has {string.Join(", ", provider.AcrValuesSupported)})", mistakes);
        }

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

    [LoggerMessage(6111, LogLevel.Warning, "The sign-in provider {Authority} cannot be reached; open apps are served, and people can sign in when it answers: {Reason}")]
    private partial void LogAway(string authority, string reason);

    [LoggerMessage(6112, LogLevel.Information, "The sign-in provider {Authority} answers: people can sign in")]
    private partial void LogThere(string authority);

    [LoggerMessage(6113, LogLevel.Error, "The sign-in provider answers, but nobody can sign in: {Mistakes} Mend the settings and start the gateway again")]
    private partial void LogMistakes(string mistakes);
}

using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Gateway.SignIn.SignOut;

/// <summary>The provider says that a session of its own is over (OpenID Connect Back-Channel Logout 1.0).</summary>
internal sealed partial class BackChannelLogout(
    SessionRegistry sessions, SignInOptions options, IOptionsMonitor<OpenIdConnectOptions> oidc, IAuditLog log, ILogger<BackChannelLogout> logger)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
    private const int MaxForm = 64 * 1024;

    private static readonly JsonWebTokenHandler Tokens = new() { MapInboundClaims = false };

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (await SmallForm.ReadAsync(context.Request, MaxForm) is not { } form || await FindAsync(form["logout_token"].ToString()) is not { } which)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var count = await sessions.EndAsync(which, context.RequestAborted);
        log.Write(new AuditEvent
        {
            Kind = AuditKind.Revocation,
            Outcome = AuditEvent.Success,
            User = which.Subject,
            Address = AuditAddress.Of(context),
            Detail = string.Create(CultureInfo.InvariantCulture, $"the provider ended {count} sessions"),
        });
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    /// <summary>Section 2.6 of the specification; null when the token is none.</summary>
    private async Task<SessionSelector?> FindAsync(string token)
    {
        var handler = oidc.Get(ProviderOptions.Scheme);
        var result = await Tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ConfigurationManager = handler.ConfigurationManager as Microsoft.IdentityModel.Tokens.BaseConfigurationManager,
            ValidAudience = options.ClientId,
            // Not every provider limits them; then their age counts.
            RequireExpirationTime = false,
        });
        if (!result.IsValid)
        {
            LogRefused(result.Exception.GetType().Name);
            return null;
        }

        var said = result.ClaimsIdentity;
        var subject = said.FindFirst("sub")?.Value;
        var sid = said.FindFirst("sid")?.Value;
        if (said.FindFirst("nonce") is not null || !HasLogoutEvent(said) || (subject is null && sid is null))
        {
            LogRefused("no logout token");
            return null;
        }

        return sid is null ? SessionSelector.AllOf(subject!) : SessionSelector.OfProvider(subject, sid);
    }

    private static bool HasLogoutEvent(ClaimsIdentity said)
    {
        try
        {
            using var events = JsonDocument.Parse(said.FindFirst("events")?.Value ?? "null");
            return events.RootElement.ValueKind == JsonValueKind.Object && events.RootElement.TryGetProperty(LogoutEvent, out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [LoggerMessage(6109, LogLevel.Warning, "A logout token on the back channel was refused: {Reason}")]
    private partial void LogRefused(string reason);
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Gateway.SignIn.SignOut;

/// <summary>
/// The provider says that a session of its own is over (OpenID Connect Back-Channel Logout 1.0). A token that somebody found ends nothing later: it is
/// good for minutes, and once.
/// </summary>
internal sealed partial class BackChannelLogout(
    SessionRegistry sessions, SignInOptions options, IOptionsMonitor<OpenIdConnectOptions> oidc, IAuditLog log, TimeProvider time, ILogger<BackChannelLogout> logger)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
    private const string FormType = "application/x-www-form-urlencoded";
    private const int MaxForm = 64 * 1024;

    /// <summary>Providers make a token when they send it.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    /// <summary>The provider's clock may be ahead by this much.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private static readonly JsonWebTokenHandler Tokens = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxForm };

    /// <summary>However long or whether it says how long it is; what a form of one field needs.</summary>
    private static readonly FormOptions Limits = new() { ValueCountLimit = 8, KeyLengthLimit = 256, ValueLengthLimit = MaxForm };

    /// <summary>Ids of tokens that ended something, with until when each would be young enough. The provider signed them: nobody else fills this.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _taken = new(StringComparer.Ordinal);

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (await ReadAsync(context) is not { } token || await FindAsync(token) is not var (which, id))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        int count;
        try
        {
            count = await sessions.EndAsync(which, context.RequestAborted);
        }
        catch
        {
            // Nothing ended: the provider may say it again.
            _taken.TryRemove(id, out _);
            throw;
        }

        log.Write(new AuditEvent
        {
            Kind = AuditKind.Revocation,
            Outcome = AuditEvent.Success,
            User = which.Subject,
            Address = AuditAddress.Of(context),
            Detail = string.Create(CultureInfo.InvariantCulture, $"by the provider; sessions ended: {count}"),
        });
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task<string?> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentType?.Split(';')[0].Trim().Equals(FormType, StringComparison.OrdinalIgnoreCase) != true)
        {
            return Refuse("it did not come as " + FormType);
        }

        if (request.ContentLength > MaxForm)
        {
            return Refuse("it is too long");
        }

        try
        {
            var form = await request.ReadFormAsync(Limits, context.RequestAborted);
            return form["logout_token"] is [{ Length: > 0 } token] ? token : Refuse("the form has no logout_token, or several");
        }
        catch (Exception broken) when (broken is InvalidDataException or BadHttpRequestException)
        {
            return Refuse("the form cannot be read");
        }
    }

    /// <summary>Section 2.6 of the specification; null when the token is none.</summary>
    private async Task<(SessionSelector Which, string Id)?> FindAsync(string token)
    {
        var handler = oidc.Get(ProviderOptions.Scheme);
        var now = time.GetUtcNow();
        var result = await Tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ConfigurationManager = handler.ConfigurationManager as Microsoft.IdentityModel.Tokens.BaseConfigurationManager,
            ValidAudience = options.ClientId,
            // Not every provider limits them; their age counts in any case.
            RequireExpirationTime = false,
            LifetimeValidator = (_, expires, _, _) => expires is not { } until || until > (now - Skew).UtcDateTime,
        });
        if (!result.IsValid)
        {
            Refuse(result.Exception.GetType().Name);
            return null;
        }

        var said = result.ClaimsIdentity;
        var jwt = (JsonWebToken)result.SecurityToken;
        var subject = said.FindFirst("sub")?.Value;
        var sid = said.FindFirst("sid")?.Value;
        var issuedAt = new DateTimeOffset(jwt.IssuedAt, TimeSpan.Zero);
        var fault = said.FindFirst("nonce") is not null || !HasLogoutEvent(said) || (subject is null && sid is null) ? "it is no logout token"
            : !jwt.TryGetPayloadValue<long>("iat", out _) || issuedAt < now - MaxAge || issuedAt > now + Skew ? "it says no time of issue (iat), or one that is not now"
            : string.IsNullOrEmpty(jwt.Id) ? "it has no id (jti)"
            : !TryTake(jwt.Id, issuedAt + MaxAge, now) ? "it came before"
            : null;
        if (fault is not null)
        {
            Refuse(fault);
            return null;
        }

        return (sid is null ? SessionSelector.AllOf(subject!) : SessionSelector.OfProvider(subject, sid), jwt.Id);
    }

    private bool TryTake(string id, DateTimeOffset until, DateTimeOffset now)
    {
        foreach (var (known, over) in _taken)
        {
            if (over < now)
            {
                _taken.TryRemove(known, out _);
            }
        }

        return _taken.TryAdd(id, until);
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

    private string? Refuse(string reason)
    {
        LogRefused(reason);
        return null;
    }

    [LoggerMessage(6109, LogLevel.Warning, "A logout token on the back channel was refused: {Reason}")]
    private partial void LogRefused(string reason);
}

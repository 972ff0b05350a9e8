using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.SignIn;

/// <summary>Refuses a request before the relay: problem details or a page, with a reason and a reference that the log has too.</summary>
internal sealed partial class SignInRefusal(IAuditLog log, ILogger<SignInRefusal> logger)
{
    public const string SignInRequired = "sign-in-required";
    public const string SessionExpired = "session-expired";
    public const string ProviderAway = "provider-away";

    /// <param name="token">For <c>AppProxy-Error</c>.</param>
    /// <param name="title">A sentence for people.</param>
    /// <param name="detail">What was wrong, for the log and whoever mends it; no secret.</param>
    public Task WriteAsync(HttpContext context, int status, string token, string title, string appId, string? detail = null)
    {
        var reference = ExchangeId.Create().ToString();
        LogRefused(reference, appId, token, detail ?? "");
        if (token is not (SignInRequired or SessionExpired or ProviderAway))
        {
            // Who is only not signed in yet is nobody to be told of.
            log.Write(new AuditEvent { Kind = AuditKind.Denial, Outcome = token, App = appId, Address = AuditAddress.Of(context), Reference = reference, Detail = detail });
        }

        var response = context.Response;
        response.StatusCode = status;
        response.Headers[FailureResponse.ErrorHeader] = token;
        response.Headers[FailureResponse.ReferenceHeader] = reference;
        response.Headers.CacheControl = "no-store";
        return Problem.IsPageWanted(context.Request)
            ? SignInPages.WriteProblemAsync(context, status, Language.Of(context.Request)["NotSignedIn_Title"], title, token, reference)
            : new Problem($"urn:appproxy:error:{token}", title, status, reference) { Detail = detail }.WriteAsync(context);
    }

    /// <summary>Refuses on the gateway's own host, where people are.</summary>
    /// <param name="token">All languages have a title and a text for it.</param>
    /// <param name="user">Null where nobody knows.</param>
    public Task WritePageAsync(HttpContext context, int status, string token, SignedInUser? user = null) => WritePageAsync(context, status, token, user?.Id, user?.UserPrincipalName);

    /// <param name="token">All languages have a title and a text for it.</param>
    /// <param name="userId">Null where nobody knows.</param>
    public Task WritePageAsync(HttpContext context, int status, string token, string? userId, string? userName)
    {
        var reference = ExchangeId.Create().ToString();
        // Of those of nobody known the sign-in log has not each.
        LogRefused(reference, "", token, "");
        log.Write(new AuditEvent { Kind = AuditKind.Denial, Outcome = token, User = userId, UserName = userName, Address = AuditAddress.Of(context), Reference = reference });
        return SignInPages.WriteProblemAsync(context, status, token, reference);
    }

    [LoggerMessage(6101, LogLevel.Debug, "Refused {Reference} for app '{App}': {Reason} {Detail}")]
    private partial void LogRefused(string reference, string app, string reason, string detail);
}

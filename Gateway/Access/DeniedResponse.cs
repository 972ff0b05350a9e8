using System.Globalization;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Cors;

namespace AppProxy.Gateway.Access;

/// <summary>Tells who may not open an app: which app, with which account, what is missing, and how to ask for it.</summary>
internal static class DeniedResponse
{
    public static Task WriteAsync(HttpContext context, PublishedApp app, ICaller caller, AccessDecision decision, string? twoStepsAcr, string reference)
    {
        var (token, missing) = decision.Outcome switch
        {
            AccessOutcome.NotAssigned => ("not-assigned", "Nobody has given this account access to the app."),
            AccessOutcome.Blocked => ("blocked-by-policy", "A rule of your organization does not let this account open the app from here, or in this way."),
            _ => ("step-up-required", decision.NeedsTwoSteps ? "A rule of your organization asks for two-step verification." : "A rule of your organization asks for a new sign-in."),
        };
        var response = context.Response;
        var isStepUp = decision.Outcome == AccessOutcome.StepUp;
        response.StatusCode = isStepUp ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        response.Headers[FailureResponse.ErrorHeader] = token;
        response.Headers[FailureResponse.ReferenceHeader] = reference;
        response.Headers.CacheControl = "no-store";
        CorsRules.LetRead(context, app);
        if (isStepUp)
        {
            // RFC 9470: a client that understands it asks its provider for such a token.
            response.Headers.WWWAuthenticate = $"Bearer realm=\"{app.Id}\", error=\"insufficient_user_authentication\", error_description=\"{missing}\""
                + (decision.NeedsTwoSteps && twoStepsAcr is not null ? $", acr_values=\"{twoStepsAcr}\"" : "")
                + (decision.MaxSignInAge is { } age ? string.Create(CultureInfo.InvariantCulture, $", max_age={(long)age.TotalSeconds}") : "");
        }

        return Problem.IsPageWanted(context.Request)
            ? WritePageAsync(context, app, caller, decision, missing, token, reference)
            : new Problem($"urn:appproxy:error:{token}", missing, response.StatusCode, reference).WriteAsync(context);
    }

    private static Task WritePageAsync(HttpContext context, PublishedApp app, ICaller caller, AccessDecision decision, string missing, string token, string reference) => new Page(
        $"You cannot open {app.DisplayName}",
        $"""
        <h1>You cannot open {Page.Encode(app.DisplayName)}</h1>
        <p>{Page.Encode(missing)}</p>
        <p>Ask whoever runs the app, or your administrator, and give them what stands below. If you have another account,
        <a href="{SignInPaths.AppSignOut}">sign out</a> and use that.</p>
        <dl>
        <dt>App</dt><dd>{Page.Encode(app.DisplayName)} ({Page.Encode(app.Id)})</dd>
        <dt>Account</dt><dd>{Page.Encode(caller.User.UserPrincipalName)}</dd>
        <dt>Reason</dt><dd>{token}</dd>
        {(decision.Policy is { } policy ? $"<dt>Rule</dt><dd>{Page.Encode(policy.DisplayName)}</dd>" : "")}
        <dt>Reference</dt><dd>{reference}</dd>
        </dl>
        """).WriteAsync(context);
}

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
    private const string StepUpRequired = "step-up-required";

    /// <param name="askUrl">Where a person asks for the app; null where nobody does.</param>
    public static Task WriteAsync(HttpContext context, PublishedApp app, ICaller caller, AccessDecision decision, string? twoStepsAcr, string reference, string? askUrl = null)
    {
        var token = TokenOf(decision.Outcome);
        var missing = decision.Outcome switch
        {
            AccessOutcome.NotAssigned => "Nobody has given this account access to the app.",
            AccessOutcome.Blocked => "A rule of your organization does not let this account open the app from here, or in this way.",
            _ => decision.NeedsTwoSteps ? "A rule of your organization asks for two-step verification." : "A rule of your organization asks for a new sign-in.",
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
            ? WritePageAsync(context, app, caller, decision, token, reference, askUrl)
            : new Problem($"urn:appproxy:error:{token}", missing, response.StatusCode, reference).WriteAsync(context);
    }

    /// <summary>For <c>AppProxy-Error</c>.</summary>
    public static string TokenOf(AccessOutcome outcome) => outcome switch
    {
        AccessOutcome.NotAssigned => "not-assigned",
        AccessOutcome.Blocked => "blocked-by-policy",
        _ => StepUpRequired,
    };

    private static Task WritePageAsync(HttpContext context, PublishedApp app, ICaller caller, AccessDecision decision, string token, string reference, string? askUrl)
    {
        var texts = Language.Of(context.Request);
        var missing = token != StepUpRequired ? token : decision.NeedsTwoSteps ? "two-steps" : "new-sign-in";
        return new Page(
            texts.Format("Denied_Title", app.DisplayName),
            $"""
            <h1>{texts.Html("Denied_Title", Page.Encode(app.DisplayName))}</h1>
            <p>{texts.Html("Denied_" + missing)}</p>
            <p>{texts.Html(askUrl is null ? "Denied_Ask" : "Denied_AskHere")}</p>
            <p class="actions">{(askUrl is null ? "" : $"""<a class="button" href="{Page.Encode(askUrl)}">{texts.Html("Denied_AskButton")}</a>""")}<a class="button second" href="{SignInPaths.AppSignOut}">{texts.Html("Denied_OtherAccount")}</a></p>
            <dl>
            <dt>{texts.Html("Fact_App")}</dt><dd>{Page.Encode(app.DisplayName)} ({Page.Encode(app.Id)})</dd>
            <dt>{texts.Html("Fact_Account")}</dt><dd>{Page.Encode(caller.User.UserPrincipalName)}</dd>
            <dt>{texts.Html("Fact_Reason")}</dt><dd>{token}</dd>
            {(decision.Policy is { } policy ? $"<dt>{texts.Html("Fact_Rule")}</dt><dd>{Page.Encode(policy.DisplayName)}</dd>" : "")}
            <dt>{texts.Html("Fact_Reference")}</dt><dd>{reference}</dd>
            </dl>
            """)
        {
            Language = texts,
        }.WriteAsync(context);
    }
}

using System.Text.Json.Nodes;
using AppProxy.Gateway.SignIn.HandOff;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>The parameter <c>claims</c> of a request to the provider (OpenID Connect Core section 5.5): what its ID token must say, where it can.</summary>
internal static class ClaimsRequest
{
    /// <summary>A provider need not say when it saw somebody unless it is asked (section 2), and who is asked for a new sign-in later would have to sign in twice.</summary>
    private static readonly string Usual = Write([]);

    public static string Of(StepUp? stepUp)
    {
        if (stepUp is not { NeedsTwoSteps: true })
        {
            return Usual;
        }

        // As an essential claim (section 5.5.1.1): acr_values alone is only a wish.
        var acr = stepUp.AuthenticationContext;
        var asked = new JsonObject { [acr is null ? "amr" : "acr"] = new JsonObject { ["essential"] = true, ["values"] = new JsonArray(acr ?? TwoSteps.Method) } };
        if (acr is not null)
        {
            // Entra's name for it; nobody else knows it, and what is not known is passed over.
            asked["acrs"] = new JsonObject { ["essential"] = true, ["value"] = acr };
        }

        return Write(asked);
    }

    private static string Write(JsonObject asked)
    {
        asked["auth_time"] = new JsonObject { ["essential"] = true };
        return new JsonObject { ["id_token"] = asked }.ToJsonString();
    }
}

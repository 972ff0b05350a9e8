using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;

namespace AppProxy.Gateway.SignIn.Bearer;

/// <summary>Tells apart what providers sign with the same keys, often under the same type and for the same audience.</summary>
internal static class TokenKind
{
    /// <summary>
    /// An ID token says who somebody is to one client (OpenID Connect Core sections 2 and 3.1.3.6); it is no leave to anybody who holds it, whatever
    /// roles it names. Keycloak says of which kind a token is in the claim <c>typ</c>, and may put a nonce into both.
    /// </summary>
    public static bool IsIdToken(List<Claim> said) => said.Find(static claim => claim is { Type: "typ", Value: "ID" or "Bearer" }) is { } kind
        ? kind.Value == "ID"
        : said.Exists(static claim => claim.Type is "nonce" or "at_hash" or "c_hash" or "s_hash");

    /// <summary>Whether its header says that it is an access token (RFC 9068 section 2.1), which an ID token never does.</summary>
    public static bool IsDeclaredAccessToken(JsonWebToken token) =>
        token.Typ is { } type && (type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase) || type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Client credentials, by the provider's word: Entra's <c>idtyp</c>, where it was asked for; a subject that is the client (RFC 9068 section 2.2); or Entra's
    /// service principal, whose subject is its object id, where a person's is another one for each client. In directories whose people are called alike by both,
    /// people have a way in which they signed in. Keycloak's service account has a user of its own, and the client's name and address beside it.
    /// </summary>
    public static bool IsProgram(List<Claim> said, SignedInUser user)
    {
        if (said.Exists(static claim => claim is { Type: "idtyp", Value: "app" }) || IsServiceAccount(said))
        {
            return true;
        }

        var isOfClient = false;
        foreach (var claim in said)
        {
            if (claim.Type is "client_id" or "azp" or "appid")
            {
                if (claim.Value == user.Subject)
                {
                    return true;
                }

                isOfClient = true;
            }
        }

        return isOfClient && user.Scopes.Length == 0
            && said.Exists(claim => claim.Type == "oid" && claim.Value == user.Subject)
            && !said.Exists(static claim => claim.Type is "amr" or "acr" or "auth_time");
    }

    private static bool IsServiceAccount(List<Claim> said) =>
        said.Find(static claim => claim.Type == "azp") is { } party
        && said.Exists(claim => claim.Type is "client_id" or "clientId" && claim.Value == party.Value)
        && said.Exists(static claim => claim.Type is "clientAddress" or "clientHost")
        && !said.Exists(static claim => claim.Type is "auth_time" or "nonce");
}

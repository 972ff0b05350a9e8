using System.Collections.Frozen;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OAuth.Claims;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>
/// Takes over what the userinfo endpoint says and the ID token did not, as the ID token would: a claim for each member of an array. (The framework's own
/// actions make one text of an array, or want each name.)
/// </summary>
internal sealed class UserInfoClaims() : ClaimAction("*", ClaimValueTypes.String)
{
    /// <summary>About the token, where there is one; who it is about was compared.</summary>
    private static readonly FrozenSet<string> OfToken = FrozenSet.Create(StringComparer.Ordinal, "iss", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "at_hash", "c_hash", "sub");

    public override void Run(JsonElement userData, ClaimsIdentity identity, string issuer)
    {
        var said = identity.Claims.Select(static claim => (claim.Type, claim.Value)).ToHashSet();
        foreach (var member in userData.EnumerateObject())
        {
            if (OfToken.Contains(member.Name))
            {
                continue;
            }

            foreach (var value in member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray().ToArray() : [member.Value])
            {
                var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                if (value.ValueKind != JsonValueKind.Null && said.Add((member.Name, text)))
                {
                    identity.AddClaim(new Claim(member.Name, text, ValueType, issuer));
                }
            }
        }
    }
}

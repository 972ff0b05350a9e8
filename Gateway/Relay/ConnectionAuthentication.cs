using Microsoft.Extensions.Primitives;

namespace AppProxy.Gateway.Relay;

/// <summary>The schemes that authenticate a connection instead of a request (RFC 4559, [MS-NTHT]).</summary>
internal static class ConnectionAuthentication
{
    /// <summary>Whether credentials are of such a scheme.</summary>
    public static bool IsUsedBy(StringValues authorization) => authorization is [{ } credentials] && IsOne(credentials);

    /// <summary>Takes their challenges out of a WWW-Authenticate field; null when nothing is left.</summary>
    public static string? Remove(string challenges)
    {
        if (!challenges.Contains("NTLM", StringComparison.OrdinalIgnoreCase) && !challenges.Contains("Negotiate", StringComparison.OrdinalIgnoreCase))
        {
            return challenges;
        }

        var kept = new List<string>();
        var start = 0;
        var isQuoted = false;
        for (var i = 0; i <= challenges.Length; i++)
        {
            isQuoted ^= i < challenges.Length && challenges[i] == '"' && (i == 0 || challenges[i - 1] != '\\');
            if (i == challenges.Length || (challenges[i] == ',' && !isQuoted))
            {
                var part = challenges[start..i];
                if (!IsOne(part.AsSpan().Trim()))
                {
                    kept.Add(part);
                }

                start = i + 1;
            }
        }

        return kept.Count == 0 ? null : string.Join(',', kept).Trim();
    }

    private static bool IsOne(ReadOnlySpan<char> credentials)
    {
        var scheme = credentials.IndexOf(' ') is var space and >= 0 ? credentials[..space] : credentials;
        return scheme.Equals("NTLM", StringComparison.OrdinalIgnoreCase) || scheme.Equals("Negotiate", StringComparison.OrdinalIgnoreCase);
    }
}

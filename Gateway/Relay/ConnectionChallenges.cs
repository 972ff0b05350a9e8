using AppProxy.Contracts.Frames;

namespace AppProxy.Gateway.Relay;

/// <summary>What apps ask of a client's connection, among what they ask of its requests.</summary>
internal static class ConnectionChallenges
{
    /// <summary>Takes challenges of <see cref="ConnectionSchemes"/> out of a WWW-Authenticate field; null when nothing is left.</summary>
    public static string? Remove(string challenges)
    {
        var kept = new List<string>();
        var start = 0;
        var isQuoted = false;
        for (var i = 0; i <= challenges.Length; i++)
        {
            isQuoted ^= i < challenges.Length && challenges[i] == '"' && (i == 0 || challenges[i - 1] != '\\');
            if (i == challenges.Length || (challenges[i] == ',' && !isQuoted))
            {
                var part = challenges[start..i];
                if (!ConnectionSchemes.IsIn(part.AsSpan().Trim()))
                {
                    kept.Add(part);
                }

                start = i + 1;
            }
        }

        return kept.Count == 0 ? null : string.Join(',', kept).Trim();
    }
}

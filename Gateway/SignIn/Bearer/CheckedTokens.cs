using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.SignIn.Bearer;

/// <summary>What was found out about tokens that came lately. Strangers can send any number of them, with anything in them: so many are kept, and none that is large.</summary>
internal sealed class CheckedTokens
{
    private const int Most = 10_000;
    private const int MostAudiences = 16;
    private const int LongestAudiences = 1024;

    private readonly ConcurrentDictionary<TokenHash, CheckedToken> _tokens = new();

    public int Count => _tokens.Count;

    public bool TryGet(TokenHash hash, DateTimeOffset now, [NotNullWhen(true)] out CheckedToken? token) => _tokens.TryGetValue(hash, out token) && now < token.Until;

    public void Keep(TokenHash hash, CheckedToken token, DateTimeOffset now)
    {
        if (token.Until <= now || (token.Caller is null && !IsSmall(token.Audiences)))
        {
            return;
        }

        if (_tokens.Count >= Most)
        {
            // Whoever floods us with tokens makes us check some again.
            _tokens.Clear();
        }

        _tokens[hash] = token;
    }

    private static bool IsSmall(string[] audiences) => audiences.Length <= MostAudiences && audiences.Sum(static audience => audience.Length) <= LongestAudiences;
}

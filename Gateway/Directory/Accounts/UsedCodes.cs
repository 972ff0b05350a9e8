using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>What somebody signed in with a moment ago, and cannot again: codes of an authenticator, and answers of a passkey. Kept as hashes beside the user.</summary>
internal static class UsedCodes
{
    /// <summary>Longer than anything of it is good for: a code five steps of 30 seconds, a passkey's challenge 15 minutes.</summary>
    private const int RememberSeconds = 20 * 60;

    /// <summary>Notes it; the caller saves the user. Of two who come with one code at once, at two gateways even, one cannot: the row changed under the other's hands.</summary>
    /// <returns>False when it was used already.</returns>
    public static bool TryUse(DirectoryUser user, string code, DateTimeOffset at)
    {
        var now = at.ToUnixTimeSeconds();
        var recent = (user.UsedCodes ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(used => long.TryParse(used.AsSpan(used.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var then) && now - then < RememberSeconds)
            .ToList();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user.Id} {code}")).AsSpan(0, 8));
        if (recent.Exists(used => used.StartsWith(hash, StringComparison.Ordinal)))
        {
            return false;
        }

        user.UsedCodes = string.Join(' ', [.. recent, string.Create(CultureInfo.InvariantCulture, $"{hash}:{now}")]);
        return true;
    }
}

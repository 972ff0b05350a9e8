using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>Identity's check of an authenticator's codes, each of which counts once (RFC 6238 section 5.2): who looked over a shoulder comes too late.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class AuthenticatorCodes(TimeProvider time, ILogger<AuthenticatorCodes> logger) : AuthenticatorTokenProvider<DirectoryUser>
{
    /// <summary>Longer than Identity takes a code for: two steps of 30 seconds before and after its own.</summary>
    private const int RememberSeconds = 300;

    public override async Task<bool> ValidateAsync(string purpose, string token, UserManager<DirectoryUser> manager, DirectoryUser user)
    {
        if (!await base.ValidateAsync(purpose, token, manager, user))
        {
            return false;
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var recent = (user.UsedCodes ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(used => long.TryParse(used.AsSpan(used.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && now - at < RememberSeconds)
            .ToList();
        var hash = Hash(user, token);
        if (recent.Exists(used => used.StartsWith(hash, StringComparison.Ordinal)))
        {
            LogReplayed(user.UserName!);
            return false;
        }

        user.UsedCodes = string.Join(' ', [.. recent, string.Create(CultureInfo.InvariantCulture, $"{hash}:{now}")]);
        // Of two who come with one code at once, at two gateways even, one is refused: the row changed under the other's hands.
        return (await manager.UpdateAsync(user)).Succeeded;
    }

    private static string Hash(DirectoryUser user, string token)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user.Id} {token}")).AsSpan(0, 8));

    [LoggerMessage(6401, LogLevel.Warning, "A code of the authenticator of '{User}' came a second time, and was refused")]
    private partial void LogReplayed(string user);
}

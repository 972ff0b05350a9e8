using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Directory.Accounts;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Passwords;

/// <summary>
/// What is refused besides what is short: passwords that were leaked or that many use, alone or with a digit appended, and what is known of their owner
/// (NIST SP 800-63B section 3.1.1.2). The lists and the estimate are those of zxcvbn, in its package; nothing is asked of anybody outside.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class PasswordRules : IPasswordValidator<DirectoryUser>
{
    public const int LeastLength = 10;

    /// <summary>More costs time to hash and to judge, and helps nobody.</summary>
    public const int MostLength = 128;

    /// <summary>The estimate takes time that grows with the square of the length.</summary>
    private const int Judged = 40;

    /// <summary>Of zxcvbn's 0 to 4: "safely unguessable, moderate protection from offline attack".</summary>
    private const int LeastScore = 3;

    public Task<IdentityResult> ValidateAsync(UserManager<DirectoryUser> manager, DirectoryUser user, string? password)
    {
        password ??= "";
        if (password.Length > MostLength)
        {
            return Refuse("Directory_PasswordTooLong", MostLength);
        }

        // Too short is told by Identity.
        if (password.Length < LeastLength)
        {
            return Task.FromResult(IdentityResult.Success);
        }

        var own = KnownOf(user).ToArray();
        return own.Any(word => word.Length >= 4 && password.Contains(word, StringComparison.OrdinalIgnoreCase) && password.Length - word.Length < LeastLength)
            ? Refuse("Directory_PasswordIsOwn")
            : Zxcvbn.Zxcvbn.MatchPassword(password.Length > Judged ? password[..Judged] : password, own).Score < LeastScore
                ? Refuse("Directory_PasswordIsCommon")
                : Task.FromResult(IdentityResult.Success);
    }

    private static IEnumerable<string> KnownOf(DirectoryUser user)
        => new[] { user.UserName, user.Email, user.DisplayName, "AppProxy" }.OfType<string>().SelectMany(static known => known.Split([' ', '@', '.', '-', '_']).Append(known)).Where(static word => word.Length > 2).Distinct();

    private static Task<IdentityResult> Refuse(string name, params object?[] values) => Task.FromResult(IdentityResult.Failed(new DirectoryError(name, values)));
}

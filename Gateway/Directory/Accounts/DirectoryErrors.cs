using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>Those of Identity's own errors that a person can meet on a page; the others are for operators, and English.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class DirectoryErrors : IdentityErrorDescriber
{
    public override IdentityError DefaultError() => new DirectoryError("Directory_DefaultError");

    public override IdentityError ConcurrencyFailure() => new DirectoryError("Directory_ConcurrencyFailure");

    public override IdentityError InvalidUserName(string? userName) => new DirectoryError("Directory_InvalidUserName", userName);

    public override IdentityError DuplicateUserName(string userName) => new DirectoryError("Directory_DuplicateUserName", userName);

    public override IdentityError PasswordTooShort(int length) => new DirectoryError("Directory_PasswordTooShort", length);

    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars) => new DirectoryError("Directory_PasswordRequiresUniqueChars", uniqueChars);
}

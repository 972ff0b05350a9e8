using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Directory.Storage;

/// <summary>Identity's own store on ours, which keeps recovery codes as hashes: whoever reads a backup cannot sign in with them.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class DirectoryUserStore(StoreContext context, IdentityErrorDescriber describer)
    : UserStore<DirectoryUser, IdentityRole, StoreContext, string, IdentityUserClaim<string>, IdentityUserRole<string>, IdentityUserLogin<string>, IdentityUserToken<string>, IdentityRoleClaim<string>, IdentityUserPasskey<string>>(context, describer)
{
    /// <summary>Identity takes it for a conflict where two change the same row. Where two add it, as each their first key, the second one's is there already.</summary>
    public override async Task<IdentityResult> UpdateAsync(DirectoryUser user, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.UpdateAsync(user, cancellationToken);
        }
        catch (DbUpdateException failure)
        {
            foreach (var added in failure.Entries.Where(static entry => entry.State == EntityState.Added))
            {
                if (await added.GetDatabaseValuesAsync(cancellationToken) is not null)
                {
                    return IdentityResult.Failed(ErrorDescriber.ConcurrencyFailure());
                }
            }

            throw;
        }
    }

    public override Task ReplaceCodesAsync(DirectoryUser user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken)
        => base.ReplaceCodesAsync(user, recoveryCodes.Select(Hash), cancellationToken);

    public override async Task<bool> RedeemCodeAsync(DirectoryUser user, string code, CancellationToken cancellationToken)
    {
        // Not the base's, which would write what is left through the method above, and hash it again.
        var kept = (await GetTokenAsync(user, "[AspNetUserStore]", "RecoveryCodes", cancellationToken) ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        var used = Hash(code);
        if (!kept.Contains(used, StringComparer.Ordinal))
        {
            return false;
        }

        await base.ReplaceCodesAsync(user, kept.Where(other => other != used), cancellationToken);
        return true;
    }

    /// <summary>As people type them: in either case, with or without dashes and spaces.</summary>
    private static string Hash(string code)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(new string([.. code.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]))));
}

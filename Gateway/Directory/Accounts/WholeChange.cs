using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>Several saves of Identity's, each of which may fail: all of them, or none.</summary>
internal static class WholeChange
{
    /// <returns>What went wrong first; success when all is saved.</returns>
    public static async Task<IdentityResult> RunAsync(HttpContext context, params IEnumerable<Func<Task<IdentityResult>>> saves)
    {
        var store = context.RequestServices.GetRequiredService<StoreContext>();
        await using var transaction = await store.Database.BeginTransactionAsync(context.RequestAborted);
        try
        {
            foreach (var save in saves)
            {
                if (await save() is { Succeeded: false } failed)
                {
                    return failed;
                }
            }
        }
        catch (DbUpdateConcurrencyException)
        {
            // Where Identity does not expect it: what was to be removed is gone already.
            return IdentityResult.Failed(context.RequestServices.GetRequiredService<IdentityErrorDescriber>().ConcurrencyFailure());
        }

        // To hang up now would leave open whether it is saved.
        await transaction.CommitAsync(CancellationToken.None);
        return IdentityResult.Success;
    }
}

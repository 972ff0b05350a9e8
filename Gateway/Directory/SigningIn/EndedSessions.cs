using AppProxy.Gateway.Directory.Storage;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>
/// Sessions of the directory that somebody ended, at whichever gateway. What says that somebody is signed in lies in their browser, and whoever has a copy still has it; so
/// what is over is kept until that ends by itself.
/// </summary>
internal sealed class EndedSessions(StoreConnection store, SignInOptions options, TimeProvider time)
{
    /// <summary>A cookie may be renewed by a request that is under way, and by a gateway whose clock is another.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <exception cref="StoreException">The store cannot be used.</exception>
    public Task<bool> ContainsAsync(string session, CancellationToken cancellationToken)
        => store.UseAsync(context => context.Set<EndedSessionRow>().AnyAsync(row => row.Id == session, cancellationToken));

    /// <summary>Ends a session; one that is over stays so.</summary>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async Task AddAsync(string session, CancellationToken cancellationToken)
    {
        if (session.Length is 0 or > StoreContext.IdLength || await ContainsAsync(session, cancellationToken))
        {
            return;
        }

        try
        {
            await store.UseAsync(context =>
            {
                context.Add(new EndedSessionRow { Id = session, ExpiresAt = (time.GetUtcNow() + options.Lifetime + Margin).ToUnixTimeMilliseconds() });
                return context.SaveChangesAsync(cancellationToken);
            });
        }
        catch (StoreException)
        {
            // Somebody else may have ended it at the same moment.
            if (!await ContainsAsync(session, cancellationToken))
            {
                throw;
            }
        }
    }

    /// <summary>Forgets those whose cookies are over.</summary>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public Task<int> PruneAsync(CancellationToken cancellationToken) => store.UseAsync(context =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return context.Set<EndedSessionRow>().Where(row => row.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
    });
}

using AppProxy.Gateway.Directory.Storage;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
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

    /// <summary>Ends a session; one that is over stays so. With it those of the gateway's, or neither: who finds it ended when they try again reads that they are signed out.</summary>
    /// <param name="session">The <c>sid</c>.</param>
    /// <returns>Those of the gateway's that ended, which this process still has in memory.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async Task<IReadOnlyList<Guid>> EndAsync(string session, SessionSelector ours, CancellationToken cancellationToken)
    {
        try
        {
            return await SaveAsync();
        }
        catch (StoreException)
        {
            // Somebody else may have ended it at the same moment.
            if (!await ContainsAsync(session, cancellationToken))
            {
                throw;
            }

            return await SaveAsync();
        }

        Task<IReadOnlyList<Guid>> SaveAsync() => store.UseAsync(async context =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            if (session.Length is > 0 and <= StoreContext.IdLength && !await context.Set<EndedSessionRow>().AnyAsync(row => row.Id == session, cancellationToken))
            {
                context.Add(new EndedSessionRow { Id = session, ExpiresAt = (time.GetUtcNow() + options.Lifetime + Margin).ToUnixTimeMilliseconds() });
                await context.SaveChangesAsync(cancellationToken);
            }

            var over = await StoredSessions.EndAsync(context, ours, time.GetUtcNow(), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return over;
        });
    }

    /// <summary>Forgets those whose cookies are over.</summary>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public Task<int> PruneAsync(CancellationToken cancellationToken) => store.UseAsync(context =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return context.Set<EndedSessionRow>().Where(row => row.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
    });
}

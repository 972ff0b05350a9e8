using System.Security.Cryptography;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Access.Requests;

/// <summary>People ask for apps, and operators decide: in the store, which both reach. What is decided counts like any other assignment.</summary>
internal sealed class AccessRequests(StoreConnection store, TimeProvider time)
{
    public const int MaxReason = 500;

    /// <summary>More that wait for an answer than a person has use for.</summary>
    public const int MostPending = 10;

    /// <summary>How long a no lasts before it can be asked again.</summary>
    public static readonly TimeSpan Cooling = TimeSpan.FromDays(1);

    /// <summary>How long what was decided is kept.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    public Task<AccessRequestRow?> FindAsync(PublishedApp app, SignedInUser user, CancellationToken cancellationToken) => store.UseAsync(context =>
    {
        var (appId, principal) = (app.Id, PrincipalOf(user));
        return context.Set<AccessRequestRow>().AsNoTracking().SingleOrDefaultAsync(row => row.ApplicationId == appId && row.PrincipalId == principal, cancellationToken);
    });

    /// <summary>Ids of the apps that a person waits for.</summary>
    public Task<List<string>> FindPendingAsync(SignedInUser user, CancellationToken cancellationToken) => store.UseAsync(context =>
    {
        var principal = PrincipalOf(user);
        return context.Set<AccessRequestRow>().AsNoTracking().Where(row => row.PrincipalId == principal && row.State == AccessRequestState.Pending)
            .OrderBy(static row => row.RequestedAt).Select(static row => row.ApplicationId).ToListAsync(cancellationToken);
    });

    /// <summary>Those that wait, oldest first; with <paramref name="all"/> also those that were decided.</summary>
    public Task<List<AccessRequestRow>> ListAsync(bool all, CancellationToken cancellationToken) => store.UseAsync(context => context.Set<AccessRequestRow>().AsNoTracking()
        .Where(row => all || row.State == AccessRequestState.Pending).OrderBy(static row => row.RequestedAt).ThenBy(static row => row.Id).ToListAsync(cancellationToken));

    public Task<AskOutcome> AskAsync(PublishedApp app, SignedInUser user, string reason, CancellationToken cancellationToken) => store.UseAsync(async context =>
    {
        var (appId, principal, now) = (app.Id, PrincipalOf(user), time.GetUtcNow());
        var rows = context.Set<AccessRequestRow>();
        var row = await rows.SingleOrDefaultAsync(row => row.ApplicationId == appId && row.PrincipalId == principal, cancellationToken);
        if (row is { State: AccessRequestState.Pending })
        {
            return AskOutcome.AskedBefore;
        }

        if (row is { State: AccessRequestState.Denied, DecidedAt: { } decided } && now - DateTimeOffset.FromUnixTimeMilliseconds(decided) < Cooling)
        {
            return AskOutcome.TooSoon;
        }

        if (await rows.CountAsync(row => row.PrincipalId == principal && row.State == AccessRequestState.Pending, cancellationToken) >= MostPending)
        {
            return AskOutcome.TooMany;
        }

        if (row is not null)
        {
            context.Remove(row);
            await context.SaveChangesAsync(cancellationToken);
        }

        var old = (now - Kept).ToUnixTimeMilliseconds();
        await rows.Where(row => row.DecidedAt < old).ExecuteDeleteAsync(cancellationToken);
        context.Add(new AccessRequestRow
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)),
            ApplicationId = appId,
            PrincipalId = principal,
            UserPrincipalName = PrintableText.Cut(user.UserPrincipalName, StoreContext.NameLength).Trim(),
            DisplayName = PrintableText.Cut(user.DisplayName, StoreContext.NameLength).Trim(),
            Reason = PrintableText.Cut(reason, MaxReason).Trim(),
            State = AccessRequestState.Pending,
            RequestedAt = now.ToUnixTimeMilliseconds(),
        });
        try
        {
            await context.SaveChangesAsync(cancellationToken);
            return AskOutcome.Asked;
        }
        catch (DbUpdateException)
        {
            // A second click was faster.
            return AskOutcome.AskedBefore;
        }
    });

    /// <summary>Assigns the person to the app, in the same transaction, or says no.</summary>
    /// <exception cref="CatalogueException">The store cannot be used.</exception>
    public async Task<DecideOutcome> DecideAsync(string id, bool isApproved, CancellationToken cancellationToken)
    {
        var outcome = DecideOutcome.NoSuchRequest;
        await new CatalogueDatabase(store, time).ChangeAsync(
            async (context, _) => outcome = await DecideAsync(context, id, isApproved, cancellationToken),
            cancellationToken);
        return outcome;
    }

    private async Task<DecideOutcome> DecideAsync(StoreContext context, string id, bool isApproved, CancellationToken cancellationToken)
    {
        if (await context.Set<AccessRequestRow>().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } request)
        {
            return DecideOutcome.NoSuchRequest;
        }

        if (request.State != AccessRequestState.Pending)
        {
            return DecideOutcome.DecidedBefore;
        }

        if (isApproved)
        {
            if (!await context.Set<ApplicationRow>().AnyAsync(row => row.Id == request.ApplicationId, cancellationToken))
            {
                return DecideOutcome.NoSuchApp;
            }

            var (app, principal) = (request.ApplicationId, request.PrincipalId);
            if (!await context.Set<AppRoleAssignmentRow>().AnyAsync(row => row.ApplicationId == app && row.PrincipalId == principal && row.AppRoleId == AppRoleAssignment.DefaultAccess, cancellationToken))
            {
                context.Add(new AppRoleAssignmentRow
                {
                    ApplicationId = app,
                    PrincipalId = principal,
                    AppRoleId = AppRoleAssignment.DefaultAccess,
                    PrincipalType = nameof(PrincipalType.User),
                    PrincipalDisplayName = request.DisplayName,
                });
            }
        }

        request.State = isApproved ? AccessRequestState.Approved : AccessRequestState.Denied;
        request.DecidedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
        return DecideOutcome.Decided;
    }

    private static string PrincipalOf(SignedInUser user) => user.Id.Length <= StoreContext.IdLength ? user.Id : user.UserPrincipalName;
}

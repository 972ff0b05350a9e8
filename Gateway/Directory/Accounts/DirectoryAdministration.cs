using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>
/// What whoever runs the gateway does with users and groups. Who may no more sign in, or not as before, is out of the gateway too: in the same transaction, so
/// that nobody stays in because a command was cut short.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class DirectoryAdministration(UserManager<DirectoryUser> users, RoleManager<IdentityRole> groups, StoreContext context, DirectoryLinks links, TimeProvider time)
{
    /// <exception cref="DirectoryException">There is none.</exception>
    public async Task<DirectoryUser> GetAsync(string name)
        => await users.FindByNameAsync(name) ?? await users.FindByIdAsync(name) ?? throw new DirectoryException($"Nobody is called '{name}'; 'users list' tells who there is");

    /// <summary>Everybody, with their groups, and how many passkeys they have.</summary>
    public async Task<IReadOnlyList<(DirectoryUser User, IReadOnlyList<string> Groups, int Passkeys)>> ListAsync(CancellationToken cancellationToken)
    {
        var known = await context.Set<DirectoryUser>().AsNoTracking().OrderBy(static user => user.NormalizedUserName).ToListAsync(cancellationToken);
        var memberships = await ListMembershipsAsync(cancellationToken);
        var passkeys = await context.Set<IdentityUserPasskey<string>>().GroupBy(static passkey => passkey.UserId)
            .Select(static group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(static group => group.Key, static group => group.Count, cancellationToken);
        return [.. known.Select(user => (user, (IReadOnlyList<string>)[.. memberships[user.Id].Order(StringComparer.Ordinal)], passkeys.GetValueOrDefault(user.Id)))];
    }

    /// <summary>All groups, with how many are in each.</summary>
    public async Task<IReadOnlyList<(string Name, int Members)>> ListGroupsAsync(CancellationToken cancellationToken)
        => [.. (await context.Set<IdentityRole>().AsNoTracking().OrderBy(static group => group.NormalizedName)
            .Select(group => new { group.Name, Members = context.Set<IdentityUserRole<string>>().Count(membership => membership.RoleId == group.Id) }).ToListAsync(cancellationToken))
            .Select(static group => (group.Name!, group.Members))];

    /// <returns>The secret of a link with which they choose a password.</returns>
    public async Task<string> AddAsync(DirectoryUser user, IEnumerable<string> into, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        Check(await users.CreateAsync(user));
        await JoinAsync(user, into);
        var secret = await links.CreateAsync(user, DirectoryLinks.PasswordLifetime, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return secret;
    }

    public Task SetDisabledAsync(DirectoryUser user, bool isDisabled, CancellationToken cancellationToken)
    {
        user.IsDisabled = isDisabled;
        return SaveAndSignOutAsync(user, users.UpdateSecurityStampAsync, cancellationToken);
    }

    public Task SetMustUseTwoStepsAsync(DirectoryUser user, bool must, CancellationToken cancellationToken)
    {
        user.MustUseTwoSteps = must;
        return SaveAndSignOutAsync(user, users.UpdateSecurityStampAsync, cancellationToken);
    }

    /// <summary>Saves what was changed of somebody, and ends what they have at the gateway.</summary>
    /// <param name="save">With a new security stamp they are out at the directory too.</param>
    /// <exception cref="DirectoryException">It cannot be so.</exception>
    public async Task SaveAndSignOutAsync(DirectoryUser user, Func<DirectoryUser, Task<IdentityResult>> save, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        Check(await save(user));
        await EndSessionsAsync(user, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Takes the password away, and the second step where it is lost too.</summary>
    /// <returns>The secret of a link with which they choose another.</returns>
    public async Task<string> ResetAsync(DirectoryUser user, bool isSecondStepLost, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        user.PasswordHash = null;
        if (isSecondStepLost)
        {
            user.TwoFactorEnabled = false;
            await context.Set<IdentityUserToken<string>>().Where(token => token.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
            await context.Set<IdentityUserPasskey<string>>().Where(passkey => passkey.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
        }

        Check(await users.UpdateSecurityStampAsync(user));
        var secret = await links.CreateAsync(user, DirectoryLinks.PasswordLifetime, cancellationToken);
        await EndSessionsAsync(user, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return secret;
    }

    /// <returns>The secret of a link for the first owner.</returns>
    /// <exception cref="DirectoryException">There is an owner.</exception>
    public async Task<string> InviteOwnerAsync(CancellationToken cancellationToken)
        => await context.Set<DirectoryUser>().Where(static user => user.IsOwner).Select(static user => user.UserName).FirstOrDefaultAsync(cancellationToken) is { } owner
            ? throw new DirectoryException($"'{owner}' is the owner already; 'users reset {owner}' makes a link for a new password")
            : await links.CreateAsync(null, DirectoryLinks.OwnerLifetime, cancellationToken);

    public async Task AddGroupAsync(string name) => Check(await groups.CreateAsync(new IdentityRole(name)));

    public async Task RemoveGroupAsync(string name, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var group = await GetGroupAsync(name);
        var members = await users.GetUsersInRoleAsync(group.Name!);
        Check(await groups.DeleteAsync(group));
        await EndSessionsAsync(members, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>What somebody may open changes with it: the gateway learns it at their next sign-in, which is at once.</summary>
    public async Task SetMemberAsync(DirectoryUser user, string group, bool isMember, CancellationToken cancellationToken)
    {
        var name = (await GetGroupAsync(group)).Name!;
        if (await users.IsInRoleAsync(user, name) != isMember)
        {
            await SaveAndSignOutAsync(user, changed => isMember ? users.AddToRoleAsync(changed, name) : users.RemoveFromRoleAsync(changed, name), cancellationToken);
        }
    }

    /// <summary>Brings in people and groups that another directory has. Who is here already is changed to what is said there; nobody is removed.</summary>
    public async Task<(int Added, int Changed)> ImportAsync(IReadOnlyList<ImportedUser> imported, bool isDryRun, CancellationToken cancellationToken)
    {
        var added = 0;
        var changed = new List<DirectoryUser>();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        foreach (var group in imported.SelectMany(static person => person.Groups).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (await groups.FindByNameAsync(group) is null)
            {
                Check(await groups.CreateAsync(new IdentityRole(group)));
            }
        }

        foreach (var person in imported)
        {
            var user = await users.FindByNameAsync(person.UserName);
            if (user is null)
            {
                user = new DirectoryUser { UserName = person.UserName, DisplayName = person.DisplayName ?? "", Email = person.Email, IsDisabled = person.IsActive is false };
                Check(await users.CreateAsync(user));
                await JoinAsync(user, person.Groups);
                added++;
            }
            else
            {
                var isChanged = false;
                var (isDisabled, name, email) = (person.IsActive is { } isActive ? !isActive : user.IsDisabled, person.DisplayName ?? user.DisplayName, person.Email ?? user.Email);
                if ((isDisabled, name, email) != (user.IsDisabled, user.DisplayName, user.Email))
                {
                    (user.IsDisabled, user.DisplayName, user.Email) = (isDisabled, name, email);
                    Check(await users.UpdateSecurityStampAsync(user));
                    isChanged = true;
                }

                // Groups are learned at the next sign-in, which is at once.
                if (await JoinAsync(user, person.Groups) || isChanged)
                {
                    changed.Add(user);
                }
            }
        }

        if (isDryRun)
        {
            await transaction.RollbackAsync(cancellationToken);
        }
        else
        {
            await EndSessionsAsync(changed, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return (added, changed.Count);
    }

    /// <returns>Whether they are in one that they were not in.</returns>
    private async Task<bool> JoinAsync(DirectoryUser user, IEnumerable<string> into)
    {
        var isChanged = false;
        foreach (var group in into)
        {
            var name = (await GetGroupAsync(group)).Name!;
            if (!await users.IsInRoleAsync(user, name))
            {
                Check(await users.AddToRoleAsync(user, name));
                isChanged = true;
            }
        }

        return isChanged;
    }

    private async Task<IdentityRole> GetGroupAsync(string name)
        => await groups.FindByNameAsync(name) ?? throw new DirectoryException($"There is no group '{name}'; 'users groups add {name}' makes it");

    private async Task<ILookup<string, string>> ListMembershipsAsync(CancellationToken cancellationToken)
        => (await context.Set<IdentityUserRole<string>>().AsNoTracking()
            .Join(context.Set<IdentityRole>(), static membership => membership.RoleId, static group => group.Id, static (membership, group) => new { membership.UserId, group.Name })
            .ToListAsync(cancellationToken)).ToLookup(static membership => membership.UserId, static membership => membership.Name!);

    private Task EndSessionsAsync(DirectoryUser user, CancellationToken cancellationToken) => EndSessionsAsync([user], cancellationToken);

    private Task EndSessionsAsync(IEnumerable<DirectoryUser> ofThese, CancellationToken cancellationToken)
        => StoredSessions.EndAllAsync(context, ofThese.Select(static user => user.Id), time.GetUtcNow(), cancellationToken);

    /// <exception cref="DirectoryException">It was refused.</exception>
    public static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new DirectoryException(string.Join(' ', result.Errors.Select(static error => error.Description)));
        }
    }
}

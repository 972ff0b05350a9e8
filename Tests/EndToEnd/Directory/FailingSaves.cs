using AppProxy.Gateway.Directory.Accounts;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Lets something happen right before a save of a user, or lets it fail as where somebody else changed that user meanwhile: Identity asks its validators before each.</summary>
internal sealed class FailingSaves : IUserValidator<DirectoryUser>
{
    private int _left = -1;
    private Func<Task>? _before;

    /// <summary>The save after so many others, once.</summary>
    public void FailAfter(int saves) => Volatile.Write(ref _left, saves);

    /// <summary>Before the next save, once; it may save itself.</summary>
    public void Before(Func<Task> what) => Volatile.Write(ref _before, what);

    public async Task<IdentityResult> ValidateAsync(UserManager<DirectoryUser> manager, DirectoryUser user)
    {
        if (Interlocked.Exchange(ref _before, null) is { } before)
        {
            await before();
        }

        return Interlocked.Decrement(ref _left) == -1 ? IdentityResult.Failed(manager.ErrorDescriber.ConcurrencyFailure()) : IdentityResult.Success;
    }
}

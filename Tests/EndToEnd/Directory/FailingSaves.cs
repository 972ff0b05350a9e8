using AppProxy.Gateway.Directory.Accounts;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Lets a save of a user fail as where somebody else changed that user meanwhile: Identity asks its validators right before each.</summary>
internal sealed class FailingSaves : IUserValidator<DirectoryUser>
{
    private int _left = -1;

    /// <summary>The save after so many others, once.</summary>
    public void FailAfter(int saves) => Volatile.Write(ref _left, saves);

    public Task<IdentityResult> ValidateAsync(UserManager<DirectoryUser> manager, DirectoryUser user)
        => Task.FromResult(Interlocked.Decrement(ref _left) == -1 ? IdentityResult.Failed(manager.ErrorDescriber.ConcurrencyFailure()) : IdentityResult.Success);
}

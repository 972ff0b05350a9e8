using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>A person in the directory. The user name is the user principal name.</summary>
internal sealed class DirectoryUser : IdentityUser
{
    public string DisplayName { get; set; } = "";

    /// <summary>May not sign in.</summary>
    public bool IsDisabled { get; set; }

    /// <summary>May not sign in with a password alone.</summary>
    public bool MustUseTwoSteps { get; set; }

    /// <summary>Runs this gateway.</summary>
    public bool IsOwner { get; set; }

    /// <summary>Codes of the authenticator, and answers of passkeys, that were used a moment ago, and cannot be used again: <c>hash:seconds</c>, by spaces.</summary>
    public string? UsedCodes { get; set; }

    /// <summary>What people call them.</summary>
    public string Name => DisplayName.Length > 0 ? DisplayName : UserName!;
}

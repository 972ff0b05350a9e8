using AppProxy.Gateway.Directory.Passkeys;
using AppProxy.Gateway.Directory.SigningIn;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>The pages where people change how they sign in.</summary>
internal sealed class AccountPages(TwoStepsPage twoSteps, RecoveryCodesPage recoveryCodes, PasskeysPage passkeys, PasswordPage password, LinkPage link)
{
    /// <summary>Null when nothing is there.</summary>
    public Task? TryInvoke(HttpContext context, DirectorySignIn signIn, string path, bool isPost) => path switch
    {
        DirectoryPaths.TwoSteps => isPost ? twoSteps.ChangeAsync(context, signIn) : twoSteps.AskAsync(context, signIn),
        DirectoryPaths.RecoveryCodes => isPost ? recoveryCodes.RenewAsync(context, signIn) : recoveryCodes.AskAsync(context, signIn),
        DirectoryPaths.Passkeys => isPost ? passkeys.ChangeAsync(context, signIn) : passkeys.AskAsync(context, signIn),
        DirectoryPaths.Password => isPost ? password.ChangeAsync(context, signIn) : password.AskAsync(context, signIn),
        DirectoryPaths.Link => isPost ? link.UseAsync(context, signIn) : link.AskAsync(context),
        _ => null,
    };
}

using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.SigningIn;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>Lets to the account's pages who signed in a moment ago: an open browser is no leave to change how somebody signs in.</summary>
internal sealed class AccountGate(TimeProvider time)
{
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(15);

    /// <returns>Null when somebody must sign in first, who was sent there.</returns>
    public async Task<DirectorySession?> FindAsync(HttpContext context, DirectorySignIn signIn)
    {
        if (await signIn.FindAsync() is { } session && time.GetUtcNow() - session.AuthenticatedAt < Fresh)
        {
            // Its forms are bound to it.
            context.User = session.Principal;
            return session;
        }

        var here = context.Request.PathBase + context.Request.Path + context.Request.QueryString;
        DirectoryForms.Redirect(context, ReturnPath.After(DirectoryPaths.SignIn, here));
        return null;
    }
}

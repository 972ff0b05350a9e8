using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Claims;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.SignIn;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>Identity's sign-in, with what OpenID Connect wants to know of it kept in the cookie: how somebody signed in, when, and which session it is.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class DirectorySignIn(
    UserManager<DirectoryUser> users,
    IHttpContextAccessor accessor,
    IUserClaimsPrincipalFactory<DirectoryUser> principals,
    IOptions<IdentityOptions> options,
    ILogger<DirectorySignIn> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<DirectoryUser> confirmation,
    EndedSessions ended,
    TimeProvider time)
    : SignInManager<DirectoryUser>(users, accessor, principals, options, logger, schemes, confirmation)
{
    /// <summary>Who signed in to the directory in this browser, if that still counts.</summary>
    public async Task<DirectorySession?> FindAsync()
    {
        var cookie = await Context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (!cookie.Succeeded || await ValidateSecurityStampAsync(cookie.Principal) is not { IsDisabled: false } user)
        {
            return null;
        }

        var session = new DirectorySession(user, cookie.Principal);
        return await ended.ContainsAsync(session.Id, Context.RequestAborted) ? null : session;
    }

    /// <summary>The password was right: signs in, or asks for the second step.</summary>
    public async Task<SignInResult> BeginAsync(DirectoryUser user) => await CanSignInAsync(user) ? await SignInOrTwoFactorAsync(user, isPersistent: false) : SignInResult.NotAllowed;

    /// <summary>A new stamp ended all cookies: this browser gets one that says what the one before said.</summary>
    public Task RefreshAsync(DirectorySession session) => base.SignInWithClaimsAsync(
        session.User, null, session.Principal.Claims.Where(static claim => claim.Type is DirectorySession.Method or DirectorySession.Session or DirectorySession.Time));

    /// <summary>Signs in with a second step besides, in the same session, whose cookie a new stamp may have ended meanwhile.</summary>
    public Task StrengthenAsync(DirectorySession session, string method) => base.SignInWithClaimsAsync(
        session.User, null, ClaimsOf(session.Methods.Concat([method, TwoSteps.Method]).Distinct(), session.Id));

    /// <summary>The passkey was right, and its device checked who used it: having the one and being the other are two steps.</summary>
    public Task SignInWithPasskeyAsync(DirectoryUser user, UserPasskeyInfo passkey)
        => SignInWithClaimsAsync(user, null, [new Claim(DirectorySession.Method, MethodOf(passkey)), new Claim(DirectorySession.Method, TwoSteps.Method)]);

    /// <summary>RFC 8176: a key that may leave its device is one in software.</summary>
    public static string MethodOf(UserPasskeyInfo passkey) => passkey.IsBackupEligible ? "swk" : "hwk";

    public async Task<bool> HasPasskeyAsync(DirectoryUser user) => (await UserManager.GetPasskeysAsync(user)).Count > 0;

    /// <summary>Where somebody goes who needs a second step: to use the one that they have, or to get one.</summary>
    public async Task<string> SecondStepPathAsync(DirectoryUser user, string next) => user.TwoFactorEnabled || await HasPasskeyAsync(user)
        ? SignInPage.PathFor(user, next)
        : ReturnPath.After(DirectoryPaths.TwoSteps, next);

    public override Task<bool> CanSignInAsync(DirectoryUser user) => Task.FromResult(!user.IsDisabled);

    /// <summary>A second step that is left out where it was done once would make <c>amr</c> a lie.</summary>
    public override Task<bool> IsTwoFactorClientRememberedAsync(DirectoryUser user) => Task.FromResult(false);

    public override async Task SignInWithClaimsAsync(DirectoryUser user, AuthenticationProperties? authenticationProperties, IEnumerable<Claim> additionalClaims)
    {
        // Who signs in once more, for a second step, goes on in the same session.
        var before = await FindAsync();
        var session = before?.User.Id == user.Id ? before.Id : Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture);
        var methods = additionalClaims.Where(static claim => claim.Type == DirectorySession.Method).Select(static claim => claim.Value).ToList();
        if (methods is [TwoSteps.Method])
        {
            // Identity forgets what came before the second step.
            methods = ["pwd", "otp", TwoSteps.Method];
        }

        await base.SignInWithClaimsAsync(user, authenticationProperties, ClaimsOf(methods, session));
    }

    private List<Claim> ClaimsOf(IEnumerable<string> methods, string session) =>
    [
        .. methods.Select(static method => new Claim(DirectorySession.Method, method)),
        new Claim(DirectorySession.Session, session),
        new Claim(DirectorySession.Time, time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
    ];
}

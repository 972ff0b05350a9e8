namespace AppProxy.Gateway.SignIn.Bearer;

/// <summary>Who an access token was made for: a person through a client, or a program itself. Kept for as long as the token need not be checked again.</summary>
internal sealed class BearerCaller(SignedInUser user, DateTimeOffset authenticatedAt, DateTimeOffset expiresAt, TimeProvider time) : ICaller
{
    public SignedInUser User => user;

    public DateTimeOffset AuthenticatedAt => authenticatedAt;

    public bool IsBrowser => false;

    public bool IsOver => time.GetUtcNow() >= expiresAt;

    public void Using()
    {
        // A token lasts as long as it lasts.
    }
}

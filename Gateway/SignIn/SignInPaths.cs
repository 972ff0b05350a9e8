namespace AppProxy.Gateway.SignIn;

/// <summary>Paths of sign-in: on the gateway's own host, and below <c>/.appproxy/</c> on each app's.</summary>
internal static class SignInPaths
{
    public const string SignIn = "/sign-in";

    /// <summary>Goes on to the provider, when a fragment was put aside if there was one.</summary>
    public const string Start = "/sign-in/start";

    /// <summary>To be registered at the provider as redirect URI.</summary>
    public const string Callback = "/sign-in/callback";

    public const string SignOut = "/sign-out";

    /// <summary>To be registered at the provider as post-logout redirect URI.</summary>
    public const string SignedOut = "/sign-out/done";

    /// <summary>To be registered at the provider as back-channel logout URI.</summary>
    public const string BackChannel = "/sign-out/back-channel";

    public const string AppHandOff = "/.appproxy/hand-off";

    public const string AppSignOut = "/.appproxy/sign-out";
}

namespace AppProxy.Gateway.SignIn;

/// <summary>When a provider saw somebody.</summary>
internal static class SignInTime
{
    /// <summary>
    /// A provider that does not say (<c>auth_time</c>) may have seen them long ago, and let them pass by its own session: no rule that asks how old a sign-in
    /// is takes it for a new one.
    /// </summary>
    public static readonly DateTimeOffset Unknown = DateTimeOffset.UnixEpoch;
}

namespace AppProxy.Gateway.SignIn;

/// <summary>Whether somebody proved who they are in two ways (two-step verification, RFC 8176's <c>mfa</c>).</summary>
internal static class TwoSteps
{
    public const string Method = "mfa";

    public static bool Are(SignedInUser user) => user.AuthenticationMethods.AsSpan().Contains(Method);
}

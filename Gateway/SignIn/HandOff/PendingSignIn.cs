namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>
/// What a browser keeps on an app's host while it signs in elsewhere: where it was going never leaves that host. Sealed by the key ring.
/// </summary>
/// <param name="Secret">Its hash is what the single-use code will be bound to.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Kept">A form that was kept.</param>
internal sealed record PendingSignIn(string Secret, string Target, Guid? Kept, long ExpiresAt);

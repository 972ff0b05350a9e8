namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>What a single-use code stands for: a session that goes from the gateway's own host to an app's, in one browser.</summary>
/// <param name="Host">The app's, and no other.</param>
/// <param name="Binding">Hash of what that browser keeps for this one sign-in on the app's host.</param>
internal sealed record HandOffCode(Guid Session, string Host, string Binding, DateTimeOffset ExpiresAt);

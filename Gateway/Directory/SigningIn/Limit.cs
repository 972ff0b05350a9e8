namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>How often something may be tried.</summary>
/// <param name="Most">At once.</param>
/// <param name="Every">When the next try comes back.</param>
internal sealed record Limit(int Most, TimeSpan Every);

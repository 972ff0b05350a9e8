namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>Somebody from another directory.</summary>
/// <param name="DisplayName">Null leaves it.</param>
/// <param name="Email">Null leaves it.</param>
/// <param name="IsActive">Null leaves it; who is new is active then.</param>
internal sealed record ImportedUser(string UserName, string? DisplayName, string? Email, bool? IsActive, IReadOnlyList<string> Groups);

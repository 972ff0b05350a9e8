namespace AppProxy.Gateway.Directory.Provider;

/// <summary>A program that the directory gives tokens to.</summary>
/// <param name="Id">The client id.</param>
/// <param name="Name">What people read of it.</param>
/// <param name="IsNative">Whether it acts for people, from their own machines; otherwise it acts for itself.</param>
internal sealed record DirectoryClient(string Id, string Name, bool IsNative);

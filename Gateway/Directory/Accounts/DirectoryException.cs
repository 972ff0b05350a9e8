namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>What an operator asked for cannot be done. The message is complete and meant for them.</summary>
internal sealed class DirectoryException(string message) : Exception(message);

namespace AppProxy.Gateway.Keys;

/// <summary>The gateway's keys cannot be read or kept. The message is complete and meant for the operator.</summary>
internal sealed class KeyException(string source, string reason, Exception? cause = null) : Exception($"{source}: {reason}", cause);

namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary>A group has no key to seal with, or it cannot be changed. The message is complete and meant for the operator.</summary>
internal sealed class GroupKeyException(string group, string reason) : Exception($"Group '{group}': {reason}");

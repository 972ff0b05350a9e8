namespace AppProxy.Connector.Destinations;

/// <summary>This connector does not connect there. The message says where and why, and what to set if it shall.</summary>
internal sealed class DestinationRefusedException(string message) : IOException(message);

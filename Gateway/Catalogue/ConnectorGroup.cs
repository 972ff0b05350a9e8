namespace AppProxy.Gateway.Catalogue;

/// <summary>The connectors that share one request queue; the name is part of the names of its queues.</summary>
internal sealed record ConnectorGroup(string Name, bool IsDefault);

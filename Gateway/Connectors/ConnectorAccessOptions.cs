namespace AppProxy.Gateway.Connectors;

/// <summary>Section <c>Gateway:Connectors</c> of the configuration.</summary>
internal sealed class ConnectorAccessOptions
{
    /// <summary>Shuts out a connector whose key is used from two places at once, until it is enrolled again.</summary>
    public bool BlockSharedKeys { get; set; }
}

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>A connector group.</summary>
internal sealed class ConnectorGroupRow
{
    public required string Name { get; set; }

    /// <summary>Graph's <c>connectorGroup</c>, with the name.</summary>
    public required string Document { get; set; }
}

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary><see cref="ConnectorRecord.RetiredKey"/> in the store.</summary>
internal sealed class RetiredKeyRow
{
    public required string ConnectorId { get; set; }

    /// <summary>As <c>x.y</c>.</summary>
    public required string PublicKey { get; set; }
}

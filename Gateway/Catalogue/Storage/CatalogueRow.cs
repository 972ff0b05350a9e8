namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>The one row that says whether anything has changed.</summary>
internal sealed class CatalogueRow
{
    public const int OnlyId = 1;

    public int Id { get; set; } = OnlyId;

    /// <summary>Rises in the transaction of each change.</summary>
    public long Version { get; set; }
}

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>Networks under a name, for policies.</summary>
internal sealed class NamedLocationRow
{
    public required string Id { get; set; }

    public required string DisplayName { get; set; }

    /// <summary>Graph's <c>ipNamedLocation</c>.</summary>
    public required string Document { get; set; }
}

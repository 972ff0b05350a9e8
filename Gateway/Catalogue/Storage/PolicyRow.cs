namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>A rule about who may open what, when and how.</summary>
internal sealed class PolicyRow
{
    public required string Id { get; set; }

    public required string DisplayName { get; set; }

    /// <summary>Graph's <c>conditionalAccessPolicy</c>.</summary>
    public required string Document { get; set; }
}

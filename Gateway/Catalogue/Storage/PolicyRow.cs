namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>A rule about who may open what, when and how. Kept for access; nothing reads it yet.</summary>
internal sealed class PolicyRow
{
    public required string Id { get; set; }

    public required string DisplayName { get; set; }

    public required string Document { get; set; }
}

using System.Text.Json.Serialization;
using AppProxy.Gateway.Catalogue.Reading.Policies;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>The apps file as written. Null is what the file leaves out.</summary>
internal sealed class CatalogueDocument
{
    /// <summary>For editors; has no meaning here.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; set; }

    public List<ConnectorGroupDocument>? ConnectorGroups { get; set; }

    public List<ApplicationDocument>? Applications { get; set; }

    public List<ConditionalAccessPolicyDocument>? ConditionalAccessPolicies { get; set; }

    public List<NamedLocationDocument>? NamedLocations { get; set; }

    public PolicyDocuments ReadPolicies() => new(ConditionalAccessPolicies ?? [], NamedLocations ?? []);
}

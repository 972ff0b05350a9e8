using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>connectorGroup</c>.</summary>
internal sealed class ConnectorGroupDocument
{
    public string? Id { get; set; }

    [Required]
    [RegularExpression(ConnectorGroupsReader.NamePattern)]
    public string? Name { get; set; }

    public bool? IsDefault { get; set; }

    public string? ConnectorGroupType { get; set; }

    public string? Region { get; set; }

    public JsonElement? Members { get; set; }

    public JsonElement? Applications { get; set; }
}

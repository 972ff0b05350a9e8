using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>One rule for a header: exactly one of set, append and remove.</summary>
internal sealed class FieldRuleDocument
{
    [Required]
    public string? Name { get; set; }

    public string? Set { get; set; }

    public string? Append { get; set; }

    public bool? Remove { get; set; }
}

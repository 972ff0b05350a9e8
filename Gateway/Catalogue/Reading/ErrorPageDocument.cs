using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>A page in place of the gateway's own.</summary>
internal sealed class ErrorPageDocument
{
    public int? Status { get; set; }

    [Required]
    public string? Html { get; set; }
}

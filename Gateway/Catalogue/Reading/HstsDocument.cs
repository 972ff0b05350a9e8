using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Strict-Transport-Security of the app's host.</summary>
internal sealed class HstsDocument
{
    [Required]
    public int? MaxAgeInSeconds { get; set; }

    public bool? IncludeSubDomains { get; set; }

    public bool? Preload { get; set; }
}

using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>corsConfiguration_v2</c>.</summary>
internal sealed class CorsConfigurationDocument
{
    public string? Id { get; set; }

    [Required]
    public string? Resource { get; set; }

    public List<string>? AllowedOrigins { get; set; }

    public List<string>? AllowedMethods { get; set; }

    public List<string>? AllowedHeaders { get; set; }

    public int? MaxAgeInSeconds { get; set; }
}

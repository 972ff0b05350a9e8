using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading.Policies;

/// <summary>Graph's <c>ipNamedLocation</c>.</summary>
internal sealed class NamedLocationDocument
{
    [RegularExpression(AppId.Pattern)]
    [Required]
    public string? Id { get; set; }

    [Required]
    public string? DisplayName { get; set; }

    public bool? IsTrusted { get; set; }

    [Required]
    public List<IpRangeDocument>? IpRanges { get; set; }
}

/// <summary>Graph's <c>iPv4CidrRange</c> and <c>iPv6CidrRange</c>.</summary>
internal sealed class IpRangeDocument
{
    [Required]
    public string? CidrAddress { get; set; }
}

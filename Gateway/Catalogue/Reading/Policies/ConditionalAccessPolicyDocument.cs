using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading.Policies;

/// <summary>Graph's <c>conditionalAccessPolicy</c>.</summary>
internal sealed class ConditionalAccessPolicyDocument
{
    [RegularExpression(AppId.Pattern)]
    [Required]
    public string? Id { get; set; }

    [Required]
    public string? DisplayName { get; set; }

    [Required]
    [AllowedValues("enabled", "disabled", "enabledForReportingButNotEnforced")]
    public string? State { get; set; }

    [Required]
    public ConditionsDocument? Conditions { get; set; }

    public GrantControlsDocument? GrantControls { get; set; }

    public SessionControlsDocument? SessionControls { get; set; }
}

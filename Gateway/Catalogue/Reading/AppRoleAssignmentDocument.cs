using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>appRoleAssignment</c>; what it says of the app itself is let pass (<see cref="GraphNames"/>).</summary>
internal sealed class AppRoleAssignmentDocument
{
    [Required]
    public string? PrincipalId { get; set; }

    [Required]
    [AllowedValues(nameof(Catalogue.PrincipalType.User), nameof(Catalogue.PrincipalType.Group), nameof(Catalogue.PrincipalType.ServicePrincipal))]
    public string? PrincipalType { get; set; }

    public string? PrincipalDisplayName { get; set; }

    public string? AppRoleId { get; set; }
}

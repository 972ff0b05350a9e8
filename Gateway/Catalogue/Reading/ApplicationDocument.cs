using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>application</c>, as far as publishing goes; its other properties are let pass (<see cref="GraphNames"/>).</summary>
internal sealed class ApplicationDocument
{
    [RegularExpression(AppId.Pattern)]
    public string? Id { get; set; }

    [Required]
    public string? DisplayName { get; set; }

    /// <summary>For people.</summary>
    public string? Description { get; set; }

    public InformationalUrlDocument? Info { get; set; }

    public WebApplicationDocument? Web { get; set; }

    /// <summary>Of which one counts here: <c>HideApp</c>, which keeps an app out of lists for people.</summary>
    public List<string>? Tags { get; set; }

    /// <summary>Name of the group (Graph keeps a reference in its place).</summary>
    public string? ConnectorGroup { get; set; }

    /// <summary>Of Graph's service principal.</summary>
    public bool? AppRoleAssignmentRequired { get; set; }

    /// <summary>Of Graph's service principal.</summary>
    public List<AppRoleAssignmentDocument>? AppRoleAssignedTo { get; set; }

    /// <summary>Audiences of access tokens for the app.</summary>
    public List<string>? IdentifierUris { get; set; }

    [Required]
    public OnPremisesPublishingDocument? OnPremisesPublishing { get; set; }

    public RelayDocument? Relay { get; set; }
}

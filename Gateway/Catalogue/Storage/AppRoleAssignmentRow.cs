namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>Somebody who may open an app. A row of its own, for what one person may open is asked for too.</summary>
internal sealed class AppRoleAssignmentRow
{
    public required string ApplicationId { get; set; }

    public required string PrincipalId { get; set; }

    public required string AppRoleId { get; set; }

    public required string PrincipalType { get; set; }

    public string? PrincipalDisplayName { get; set; }
}

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>appRoleAssignment</c>; what it says of the app itself is let pass (<see cref="GraphNames"/>).</summary>
internal sealed class AppRoleAssignmentDocument
{
    public string? PrincipalId { get; set; }

    public string? PrincipalType { get; set; }

    public string? PrincipalDisplayName { get; set; }

    public string? AppRoleId { get; set; }
}

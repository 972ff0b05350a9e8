namespace AppProxy.Gateway.Catalogue;

/// <summary>Says that somebody may open an app (Graph's <c>appRoleAssignment</c>).</summary>
/// <param name="PrincipalId">Id of the user or group in the directory.</param>
/// <param name="AppRoleId">What they are there; <see cref="DefaultAccess"/> where the app has no roles.</param>
/// <param name="PrincipalDisplayName">For people who read it; may be out of date.</param>
internal sealed record AppRoleAssignment(string PrincipalId, PrincipalType PrincipalType, string AppRoleId, string? PrincipalDisplayName)
{
    /// <summary>Graph's id for "no role in particular".</summary>
    public const string DefaultAccess = "00000000-0000-0000-0000-000000000000";
}

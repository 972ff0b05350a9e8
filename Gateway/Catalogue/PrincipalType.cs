namespace AppProxy.Gateway.Catalogue;

/// <summary>Who can be assigned to an app (Microsoft Graph's values).</summary>
internal enum PrincipalType
{
    User,
    Group,
    ServicePrincipal,
}

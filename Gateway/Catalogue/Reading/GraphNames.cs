using System.Collections.Frozen;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Properties that an application exported from Microsoft Graph carries and that mean nothing here: let pass, so that it can be dropped in.</summary>
internal static class GraphNames
{
    private static readonly FrozenSet<string> OfApplication = FrozenSet.Create(
        StringComparer.Ordinal,
        "addIns", "api", "appId", "appRoles", "applicationTemplateId", "authenticationBehaviors", "certification", "createdByAppId", "createdDateTime",
        "createdOnBehalfOf", "defaultRedirectUri", "deletedDateTime", "description", "disabledByMicrosoftStatus", "federatedIdentityCredentials",
        "groupMembershipClaims", "homepage", "identifierUris", "info", "isDeviceOnlyAuthSupported", "isDisabled", "isFallbackPublicClient", "keyCredentials",
        "logo", "nativeAuthenticationApisEnabled", "notes", "oauth2RequirePostResponse", "optionalClaims", "owners", "parentalControlSettings",
        "passwordCredentials", "publicClient", "publisherDomain", "requestSignatureVerification", "requiredResourceAccess", "samlMetadataUrl",
        "serviceManagementReference", "servicePrincipalLockConfiguration", "signInAudience", "spa", "tags", "tokenEncryptionKeyId", "uniqueName",
        "verifiedPublisher", "web");

    public static bool IsWithoutMeaning(Type document, string name)
        => name.Contains("@odata.", StringComparison.Ordinal) || (document == typeof(ApplicationDocument) && OfApplication.Contains(name));
}

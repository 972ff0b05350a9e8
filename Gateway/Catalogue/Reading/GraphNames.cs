using System.Collections.Frozen;
using AppProxy.Gateway.Catalogue.Reading.Policies;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Properties that an application exported from Microsoft Graph carries and that mean nothing here: let pass, so that it can be dropped in.</summary>
internal static class GraphNames
{
    private static readonly FrozenSet<string> OfApplication = FrozenSet.Create(
        StringComparer.Ordinal,
        "addIns", "api", "appId", "appRoles", "applicationTemplateId", "authenticationBehaviors", "certification", "createdByAppId", "createdDateTime",
        "createdOnBehalfOf", "defaultRedirectUri", "deletedDateTime", "disabledByMicrosoftStatus", "federatedIdentityCredentials",
        "groupMembershipClaims", "homepage", "isDeviceOnlyAuthSupported", "isDisabled", "isFallbackPublicClient", "keyCredentials",
        "logo", "nativeAuthenticationApisEnabled", "notes", "oauth2RequirePostResponse", "optionalClaims", "owners", "parentalControlSettings",
        "passwordCredentials", "publicClient", "publisherDomain", "requestSignatureVerification", "requiredResourceAccess", "samlMetadataUrl",
        "serviceManagementReference", "servicePrincipalLockConfiguration", "signInAudience", "spa", "tokenEncryptionKeyId", "uniqueName",
        "verifiedPublisher");

    private static readonly FrozenSet<string> OfInfo = FrozenSet.Create(StringComparer.Ordinal, "marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl");

    private static readonly FrozenSet<string> OfWeb = FrozenSet.Create(StringComparer.Ordinal, "implicitGrantSettings", "logoutUrl", "redirectUriSettings", "redirectUris");

    private static readonly FrozenSet<string> OfAssignment = FrozenSet.Create(
        StringComparer.Ordinal, "createdDateTime", "deletedDateTime", "id", "resourceDisplayName", "resourceId");

    private static readonly FrozenSet<string> OfPolicy = FrozenSet.Create(StringComparer.Ordinal, "createdDateTime", "modifiedDateTime", "deletedDateTime", "templateId");

    /// <summary>The names for a kind of document.</summary>
    public static FrozenSet<string> Of(Type document)
        => document == typeof(ConditionalAccessPolicyDocument) || document == typeof(NamedLocationDocument) ? OfPolicy
            : document == typeof(InformationalUrlDocument) ? OfInfo : document == typeof(WebApplicationDocument) ? OfWeb
            : document == typeof(ApplicationDocument) ? OfApplication : document == typeof(AppRoleAssignmentDocument) ? OfAssignment : FrozenSet<string>.Empty;

    public static bool IsWithoutMeaning(Type document, string name) => name.Contains("@odata.", StringComparison.Ordinal) || Of(document).Contains(name);
}

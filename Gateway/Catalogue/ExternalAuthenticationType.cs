namespace AppProxy.Gateway.Catalogue;

/// <summary>What happens before anything is relayed (Microsoft Graph's name and values).</summary>
internal enum ExternalAuthenticationType
{
    /// <summary>The gateway signs the person in first.</summary>
    AadPreAuthentication,

    /// <summary>Open: everybody who reaches the gateway reaches the app.</summary>
    Passthru,
}

namespace AppProxy.Contracts.Identity;

/// <summary>Where connectors call the gateway, on its own host.</summary>
internal static class ConnectorPaths
{
    public const string Prefix = "/connectors";

    /// <summary>GET: the gateway's public keys and their successions (<see cref="GatewayKeys"/>).</summary>
    public const string Keys = Prefix + "/keys";

    /// <summary>GET: the gateway's public keys as a JWK Set, for who verifies what it signs.</summary>
    public const string KeySet = Prefix + "/jwks";

    /// <summary>POST: a one-time token for an identity.</summary>
    public const string Enroll = Prefix + "/enroll";

    /// <summary>POST: tokens for the broker.</summary>
    public const string Token = Prefix + "/token";

    /// <summary>POST: another key in the place of the connector's.</summary>
    public const string Key = Prefix + "/key";

    /// <summary>POST: how the connector is (<see cref="PresenceReport"/>).</summary>
    public const string Presence = Prefix + "/presence";

    /// <summary>
    /// GET: the settings of the connector's group (<see cref="ConnectorSettings"/>). The call is in the field Authorization, as a bearer token. The answer
    /// has the version as its ETag; with If-None-Match it is 304, without a body or a signature, when there is no other version.
    /// </summary>
    public const string Settings = Prefix + "/settings";

    /// <summary>Media type of calls and answers.</summary>
    public const string MediaType = "application/jwt";
}

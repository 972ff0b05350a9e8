namespace AppProxy.Gateway.Portal;

/// <summary>The portal's paths on the gateway's own host.</summary>
internal static class PortalPaths
{
    public const string Home = "/";

    /// <summary>What follows is an app's id.</summary>
    public const string Open = "/open/";

    /// <summary>What follows is an app's id.</summary>
    public const string Icon = "/icon/";

    public const string Account = "/account";

    public const string EndSession = "/account/end-session";
}

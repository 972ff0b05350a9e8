using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Access.Requests;

/// <summary>Where people ask for an app: a page on the gateway's own host.</summary>
internal sealed class AccessRequestLink(GatewayOrigin origin)
{
    public const string Path = "/request-access";

    /// <summary>The parameter that names the app.</summary>
    public const string App = "app";

    /// <summary>Null where nobody may ask.</summary>
    public string? To(PublishedApp app) => app.Relay.IsAccessRequestEnabled ? origin.To(PathOf(app)) : null;

    public static string PathOf(PublishedApp app) => $"{Path}?{App}={Uri.EscapeDataString(app.Id)}";
}

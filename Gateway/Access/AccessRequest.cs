using System.Net;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Access;

/// <summary>Who asks for an app, from where, with what, and when they signed in.</summary>
internal readonly record struct AccessRequest(SignedInUser User, DateTimeOffset AuthenticatedAt, IPAddress? Address, ClientAppType Client, DateTimeOffset Now)
{
    public TimeSpan SignInAge => Now - AuthenticatedAt;

    public static ClientAppType ClientOf(ICaller caller) =>
        caller.IsBrowser ? ClientAppType.Browser : caller.User.IsServicePrincipal ? ClientAppType.Other : ClientAppType.MobileAppsAndDesktopClients;
}

using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.SignIn.SignOut;

/// <summary>A provider in this process: it can be told to end what it has of a person, where any other is asked by that person's own browser.</summary>
internal interface IProviderSignOut
{
    /// <summary>Ends one session of the provider's (<c>sid</c>), so that its browser is signed in unseen no more, and sessions of the gateway's with it: both or neither.</summary>
    /// <returns>How many of the gateway's ended.</returns>
    Task<int> SignOutAsync(string providerSessionId, SessionSelector ours, CancellationToken cancellationToken);

    /// <summary>Ends all that it has of a person.</summary>
    Task SignOutEverywhereAsync(string subject, CancellationToken cancellationToken);
}

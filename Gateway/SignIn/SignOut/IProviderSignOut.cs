namespace AppProxy.Gateway.SignIn.SignOut;

/// <summary>A provider in this process: it can be told to end what it has of a person, where any other is asked by that person's own browser.</summary>
internal interface IProviderSignOut
{
    /// <summary>Ends one session of the provider's (<c>sid</c>): its browser is signed in unseen no more.</summary>
    Task SignOutAsync(string providerSessionId, CancellationToken cancellationToken);

    /// <summary>Ends all that it has of a person.</summary>
    Task SignOutEverywhereAsync(string subject, CancellationToken cancellationToken);
}

namespace AppProxy.Gateway.SignIn.SignOut;

/// <summary>A provider in this process: it can be told to end what it has of a person in all browsers, where any other is asked in one browser only.</summary>
internal interface ISignOutEverywhere
{
    Task SignOutAsync(string subject, CancellationToken cancellationToken);
}

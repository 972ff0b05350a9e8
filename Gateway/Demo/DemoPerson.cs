namespace AppProxy.Gateway.Demo;

/// <summary>Somebody who can sign in to the demo.</summary>
/// <param name="Password">Made fresh, and shown on the console only.</param>
/// <param name="Authenticator">What an authenticator app scans, and the key in it; null for who signs in with the password alone.</param>
internal sealed record DemoPerson(string UserName, string Password, (string Uri, string Key)? Authenticator)
{
    /// <summary>With the second step; she may open both apps.</summary>
    public const string Alice = "alice@demo.test";

    /// <summary>With the password alone; he may open the first app.</summary>
    public const string Bob = "bob@demo.test";

    /// <summary>Without secrets.</summary>
    public override string ToString() => UserName;
}

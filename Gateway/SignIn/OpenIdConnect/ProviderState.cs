namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>Whether the provider can be asked: while it has not answered since the start, nobody can sign in anew.</summary>
internal sealed class ProviderState
{
    private volatile bool _isAway;

    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }
}

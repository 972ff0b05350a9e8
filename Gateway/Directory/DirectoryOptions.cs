using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Directory;

/// <summary>Section <c>Gateway:Directory</c>: the gateway's own identity provider, for who has no other.</summary>
internal sealed class DirectoryOptions
{
    /// <summary>Whether people sign in here. It needs the store, and takes the place of <c>Gateway:SignIn:Authority</c>.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>Makes the directory the provider that people sign in with, as any other would be: the rest of the gateway knows no difference.</summary>
    public void Apply(SignInOptions signIn, IReadOnlyList<string> ownHosts, bool hasStore, List<string> mistakes)
    {
        if (!IsEnabled)
        {
            return;
        }

        if (signIn.Authority is not null || signIn.ClientId is not null || signIn.ClientSecret is not null)
        {
            mistakes.Add("Gateway:Directory:IsEnabled and Gateway:SignIn:Authority are both given: people sign in at one of them. Leave out the directory, or the provider with its ClientId and ClientSecret.");
            return;
        }

        if (!hasStore)
        {
            mistakes.Add("Gateway:Directory:IsEnabled needs a place for its users: give Gateway:Store, such as /var/lib/appproxy/appproxy.db.");
        }

        // Where the origin is missing or wrong, sign-in's own check says so.
        var origin = signIn.Origin ?? (ownHosts.Count > 0 ? $"https://{ownHosts[0]}" : "https://localhost");
        signIn.Authority = origin.TrimEnd('/') + DirectoryPaths.Root;
        signIn.ClientId = GatewayClientId;
        signIn.TwoStepsAcr ??= AuthenticationContexts.TwoSteps;
    }

    /// <summary>The gateway, as the directory's client.</summary>
    public const string GatewayClientId = "gateway";
}

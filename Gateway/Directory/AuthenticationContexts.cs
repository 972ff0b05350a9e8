namespace AppProxy.Gateway.Directory;

/// <summary>Values of <c>acr</c>: how surely we know who somebody is.</summary>
internal static class AuthenticationContexts
{
    public const string OneStep = "urn:appproxy:one-step";
    public const string TwoSteps = "urn:appproxy:two-steps";
}

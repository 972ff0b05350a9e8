using AppProxy.Gateway.Catalogue.Policies;

namespace AppProxy.Gateway.Access;

/// <summary>What comes of a request for an app.</summary>
internal enum AccessOutcome
{
    Granted,

    /// <summary>Nobody assigned them to the app.</summary>
    NotAssigned,

    /// <summary>A policy turns them away.</summary>
    Blocked,

    /// <summary>A policy asks for a stronger or newer sign-in than theirs.</summary>
    StepUp,
}

/// <summary>An outcome, and by which policy.</summary>
/// <param name="Policy">The first that asked for it; null where none did.</param>
/// <param name="NeedsTwoSteps">Whether two steps are missing.</param>
/// <param name="MaxSignInAge">How old the sign-in may be, where it is older.</param>
internal readonly record struct AccessDecision(AccessOutcome Outcome, ConditionalAccessPolicy? Policy, bool NeedsTwoSteps, TimeSpan? MaxSignInAge)
{
    public static AccessDecision Granted => default;
}

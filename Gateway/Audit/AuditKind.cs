namespace AppProxy.Gateway.Audit;

/// <summary>What is kept of people's and operators' doings. Names are stored: none is ever renamed.</summary>
internal enum AuditKind
{
    /// <summary>Somebody signed in at the provider, or failed to.</summary>
    SignIn,

    /// <summary>Somebody was asked for a stronger or newer sign-in.</summary>
    StepUp,

    /// <summary>Somebody was turned away.</summary>
    Denial,

    /// <summary>Somebody signed out.</summary>
    SignOut,

    /// <summary>Sessions were ended by somebody else than their person.</summary>
    Revocation,

    /// <summary>Somebody changed how they sign in to the gateway's own directory, or tried to.</summary>
    AccountChange,

    /// <summary>An operator changed something.</summary>
    Administration,

    /// <summary>A policy that only reports would not have let somebody pass.</summary>
    Report,
}

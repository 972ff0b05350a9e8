namespace AppProxy.Gateway.Catalogue.Policies;

/// <summary>A rule about who may open what, when and how (Graph's <c>conditionalAccessPolicy</c>): checked, complete, never changed.</summary>
internal sealed record ConditionalAccessPolicy
{
    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required PolicyState State { get; init; }

    public required PolicyConditions Conditions { get; init; }

    /// <summary>Whether whoever the conditions mean is turned away.</summary>
    public bool Blocks { get; init; }

    /// <summary>Whether they must have proved who they are in two steps.</summary>
    public bool NeedsTwoSteps { get; init; }

    /// <summary>How old their sign-in may be; null for any age.</summary>
    public TimeSpan? MaxSignInAge { get; init; }
}

/// <summary>Graph's <c>conditionalAccessPolicyState</c>.</summary>
internal enum PolicyState
{
    Enabled,
    Disabled,

    /// <summary>Its outcome is told, and has no effect.</summary>
    ReportOnly,
}

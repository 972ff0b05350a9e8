namespace AppProxy.Gateway.Catalogue.Policies;

/// <summary>Whom and what a policy means: all of it must hold. Null is no condition.</summary>
internal sealed record PolicyConditions
{
    public const string All = "All";
    public const string AllTrusted = "AllTrusted";

    /// <summary>Who: ids, user principal names, <see cref="All"/>.</summary>
    public EquatableList<string> IncludeUsers { get; init; } = EquatableList<string>.Empty;

    public EquatableList<string> ExcludeUsers { get; init; } = EquatableList<string>.Empty;

    public EquatableList<string> IncludeGroups { get; init; } = EquatableList<string>.Empty;

    public EquatableList<string> ExcludeGroups { get; init; } = EquatableList<string>.Empty;

    public EquatableList<string> IncludeRoles { get; init; } = EquatableList<string>.Empty;

    public EquatableList<string> ExcludeRoles { get; init; } = EquatableList<string>.Empty;

    /// <summary>Ids of apps, <see cref="All"/>.</summary>
    public EquatableList<string> IncludeApplications { get; init; } = EquatableList<string>.Empty;

    public EquatableList<string> ExcludeApplications { get; init; } = EquatableList<string>.Empty;

    /// <summary>Ids of named locations, <see cref="All"/>, <see cref="AllTrusted"/>; null for anywhere.</summary>
    public EquatableList<string>? IncludeLocations { get; init; }

    public EquatableList<string> ExcludeLocations { get; init; } = EquatableList<string>.Empty;

    /// <summary>Null for any.</summary>
    public EquatableList<ClientAppType>? ClientAppTypes { get; init; }

    /// <summary>Each with one of its values.</summary>
    public EquatableList<ClaimCondition> Claims { get; init; } = EquatableList<ClaimCondition>.Empty;

    /// <summary>A sign-in at least so old.</summary>
    public TimeSpan? SignInOlderThan { get; init; }
}

/// <summary>A claim with one of some values.</summary>
internal sealed record ClaimCondition(string Type, EquatableList<string> Values);

/// <summary>Graph's <c>conditionalAccessClientApp</c>, as far as it can be told here.</summary>
internal enum ClientAppType
{
    /// <summary>A session.</summary>
    Browser,

    /// <summary>An access token for a person.</summary>
    MobileAppsAndDesktopClients,

    /// <summary>A program that signed in as itself.</summary>
    Other,
}

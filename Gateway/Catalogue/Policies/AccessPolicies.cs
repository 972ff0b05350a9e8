namespace AppProxy.Gateway.Catalogue.Policies;

/// <summary>All policies, and the locations that they name.</summary>
internal sealed record AccessPolicies(EquatableList<ConditionalAccessPolicy> Policies, EquatableList<NamedLocation> Locations)
{
    public static AccessPolicies None { get; } = new(EquatableList<ConditionalAccessPolicy>.Empty, EquatableList<NamedLocation>.Empty);
}

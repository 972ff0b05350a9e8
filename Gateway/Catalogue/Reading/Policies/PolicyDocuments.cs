namespace AppProxy.Gateway.Catalogue.Reading.Policies;

/// <summary>Policies and the locations that they name, as written.</summary>
internal sealed record PolicyDocuments(List<ConditionalAccessPolicyDocument> Policies, List<NamedLocationDocument> Locations)
{
    public static PolicyDocuments None => new([], []);
}

using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Reading.Policies;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>All that the store says about apps, groups and policies at one version.</summary>
internal sealed record StoredCatalogue(long Version, List<ConnectorGroupDocument> ConnectorGroups, List<StoredApplication> Applications)
{
    public PolicyDocuments Policies { get; init; } = PolicyDocuments.None;
}

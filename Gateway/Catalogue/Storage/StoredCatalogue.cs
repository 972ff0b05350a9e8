using AppProxy.Gateway.Catalogue.Reading;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>All that the store says about apps and groups at one version.</summary>
internal sealed record StoredCatalogue(long Version, List<ConnectorGroupDocument> ConnectorGroups, List<StoredApplication> Applications);

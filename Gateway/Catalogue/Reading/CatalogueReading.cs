using System.Collections.Immutable;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>What became of an apps file: a snapshot, or problems. Notices come with either.</summary>
internal sealed record CatalogueReading(CatalogueSnapshot? Snapshot, ImmutableArray<CatalogueFinding> Problems, ImmutableArray<CatalogueFinding> Notices);

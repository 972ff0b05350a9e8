using System.Collections.Immutable;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>What became of an apps file: a snapshot, or problems. Notices come with either.</summary>
internal sealed record CatalogueReading(CatalogueSnapshot? Snapshot, ImmutableArray<CatalogueFinding> Problems, ImmutableArray<CatalogueFinding> Notices)
{
    /// <summary>Pictures that the file names by their path, each with its <see cref="Processes.FileState"/> before it was read.</summary>
    public ImmutableDictionary<string, string> Icons { get; init; } = ImmutableDictionary<string, string>.Empty;
}

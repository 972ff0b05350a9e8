using System.Collections.Immutable;
using AppProxy.Gateway.Catalogue.Reading;

namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>What a store shall hold after a file was applied, and how that differs from what it holds.</summary>
/// <param name="Groups">All of them.</param>
/// <param name="Applications">All of them, with ids.</param>
/// <param name="Differences">Nothing when applying changes nothing.</param>
/// <param name="Unchanged">Number of apps and groups that the file names and that are as it says.</param>
/// <param name="Unnamed">Apps and groups of the store that the file does not name, and that stay.</param>
/// <param name="Notices">About the file.</param>
internal sealed record ApplyPlan(
    List<ConnectorGroupDocument> Groups,
    List<ApplicationDocument> Applications,
    ImmutableArray<Difference> Differences,
    int Unchanged,
    ImmutableArray<string> Unnamed,
    ImmutableArray<CatalogueFinding> Notices);

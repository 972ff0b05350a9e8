using System.Collections.Immutable;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Reading.Policies;

namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>What a store shall hold after a file was applied, and how that differs from what it holds.</summary>
/// <param name="Groups">All of them.</param>
/// <param name="Applications">All of them, with ids.</param>
/// <param name="Policies">All of them, and all locations.</param>
/// <param name="Differences">Nothing when applying changes nothing.</param>
/// <param name="Unchanged">Number of apps, groups and policies that the file names and that are as it says.</param>
/// <param name="Unnamed">What of the store stays though the file, which has a list of its kind, does not name it.</param>
/// <param name="Notices">About the file.</param>
internal sealed record ApplyPlan(
    List<ConnectorGroupDocument> Groups,
    List<ApplicationDocument> Applications,
    PolicyDocuments Policies,
    ImmutableArray<Difference> Differences,
    int Unchanged,
    ImmutableArray<string> Unnamed,
    ImmutableArray<CatalogueFinding> Notices);

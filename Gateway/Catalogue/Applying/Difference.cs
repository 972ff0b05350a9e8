using System.Collections.Immutable;

namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>What a file would change about one app or group, for people.</summary>
/// <param name="Subject">Such as <c>application planner "Holiday planner"</c>.</param>
/// <param name="Details">A line for each setting, such as <c>~ relay.maxWaitingRequests: 500 → 700</c>.</param>
internal sealed record Difference(DifferenceKind Kind, string Subject, ImmutableArray<string> Details);

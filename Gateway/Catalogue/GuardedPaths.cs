using System.Collections.Frozen;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Where apps of one authority ask for sign-in. Looked up by the first segment: there may be thousands.</summary>
internal sealed class GuardedPaths
{
    private static readonly GuardedPaths None = new([]);

    private readonly FrozenDictionary<string, GuardedPath[]>.AlternateLookup<ReadOnlySpan<char>> _byFirst;

    private GuardedPaths(GuardedPath[] all)
    {
        All = all;
        Deepest = all.Length == 0 ? 0 : all.Max(static path => path.Segments.Length);
        _byFirst = all.Where(static path => path.Segments.Length > 0).GroupBy(static path => path.Segments[0], StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(static paths => paths.Key, static paths => paths.ToArray(), StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public GuardedPath[] All { get; }

    /// <summary>How many segments the deepest has.</summary>
    public int Deepest { get; }

    public static GuardedPaths Of(IEnumerable<PublishedApp> routes)
    {
        GuardedPath[] all = [.. routes.Where(static app => app.ExternalAuthenticationType != ExternalAuthenticationType.Passthru).Select(PathGuard.Read)];
        return all.Length == 0 ? None : new GuardedPaths(all);
    }

    /// <summary>Those that begin with a segment.</summary>
    public ReadOnlySpan<GuardedPath> Below(ReadOnlySpan<char> first) => _byFirst.TryGetValue(first, out var paths) ? paths : [];
}

using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>Holds what is found to an approved file; what is not in it is written beside the tests' output, to look at and to copy lines from.</summary>
internal sealed class DifferenceList(string path)
{
    private readonly List<ApprovedDifference> _approved =
        [.. File.ReadAllLines(path).Where(line => line.Length > 0 && line[0] != '#').Select(ApprovedDifference.Parse)];

    private readonly HashSet<ApprovedDifference> _used = [];
    private readonly List<string> _found = [];

    public void Compare(string name, SortedDictionary<string, string> byYarp, SortedDictionary<string, string> byRelay)
    {
        foreach (var where in byYarp.Keys.Union(byRelay.Keys).Order(StringComparer.Ordinal))
        {
            var (yarpSaw, relaySaw) = (byYarp.GetValueOrDefault(where, "-"), byRelay.GetValueOrDefault(where, "-"));
            if (!OwnHttp1Client.IsThere && _approved.Find(row => row.NeedsOwnClient && row.IsAt(name, where)) is { } waiting)
            {
                _used.Add(waiting);
            }
            else if (yarpSaw != relaySaw)
            {
                var rows = _approved.Where(row => row.Is(name, where, yarpSaw, relaySaw)).ToList();
                _used.UnionWith(rows);
                if (rows.Count == 0)
                {
                    _found.Add($"{name} | {where} | {yarpSaw} | {relaySaw} | ?");
                }
            }
        }
    }

    public void Verify()
    {
        if (_found.Count > 0)
        {
            var received = Path.GetFileName(path).Replace(".approved.", ".received.", StringComparison.Ordinal);
            File.WriteAllLines(Path.Combine(TestContext.CurrentContext.WorkDirectory, received), _found);
        }

        _found.Should().BeEmpty("a difference is a bug, or an improvement to be listed in {0}", path);

        // What waits for the client shows up only where a proxy got a request at all.
        _approved.Where(row => !_used.Contains(row) && (OwnHttp1Client.IsThere || !row.NeedsOwnClient)).Should()
            .BeEmpty("what does not differ any more is not to be listed");
    }
}

using System.Collections.Immutable;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Collects what is wrong (problems) or only worth saying (notices), and knows the lines of the places.</summary>
internal sealed class Findings
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private readonly List<CatalogueFinding> _problems = [];
    private readonly List<CatalogueFinding> _notices = [];

    public ImmutableArray<CatalogueFinding> Problems => [.. _problems.OrderBy(problem => problem.Line)];

    public ImmutableArray<CatalogueFinding> Notices => [.. _notices.OrderBy(notice => notice.Line)];

    public void SetLine(string path, int line) => _lines[path] = line;

    public void Problem(string path, string message) => _problems.Add(new CatalogueFinding(path, LineOf(path), message));

    public void Notice(string path, string message) => _notices.Add(new CatalogueFinding(path, LineOf(path), message));

    /// <summary>What the file leaves out is missing at the object that should have it.</summary>
    private int LineOf(string path)
    {
        int line;
        while (!_lines.TryGetValue(path, out line))
        {
            var end = path.LastIndexOf('.');
            if (end < 0)
            {
                return 0;
            }

            path = path[..end];
        }

        return line;
    }
}

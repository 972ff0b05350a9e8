using System.Globalization;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Something to say about the apps file: where, and what to do.</summary>
/// <param name="Path">JSON path, such as <c>$.applications[0].displayName</c>.</param>
/// <param name="Line">From 1; 0 when the file has no such place.</param>
/// <param name="Message">A sentence without the place.</param>
internal sealed record CatalogueFinding(string Path, int Line, string Message)
{
    public override string ToString()
        => Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {Line}, {Path}: {Message}") : $"{Path}: {Message}";
}

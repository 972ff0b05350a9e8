using System.IO.Enumeration;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>A line of the list: in which cases and where the two differ, what each does, and why ours is right. <c>*</c> is anything, <c>\*</c> a star.</summary>
/// <param name="Cases">Names of cases.</param>
/// <param name="Where">Where it is seen.</param>
/// <param name="Yarp">What YARP does; <c>-</c> for nothing.</param>
/// <param name="Relay">What the relay does.</param>
/// <param name="Why">Why that is right.</param>
/// <param name="NeedsOwnClient">Whether it holds only with the connector's own HTTP/1.1 client.</param>
internal sealed record ApprovedDifference(string Cases, string Where, string Yarp, string Relay, string Why, bool NeedsOwnClient)
{
    private const string Waiting = "[own client] ";

    /// <summary>Reads a line.</summary>
    public static ApprovedDifference Parse(string line)
    {
        var waits = line.StartsWith(Waiting, StringComparison.Ordinal);
        var parts = (waits ? line[Waiting.Length..] : line).Split(" | ");
        return parts.Length == 5
            ? new ApprovedDifference(parts[0], parts[1], parts[2], parts[3], parts[4], waits)
            : throw new FormatException($"Five columns are wanted: {line}");
    }

    public bool IsAt(string name, string where) => Matches(Cases, name) && Matches(Where, where);

    public bool Is(string name, string where, string yarp, string relay) => IsAt(name, where) && Matches(Yarp, yarp) && Matches(Relay, relay);

    private static bool Matches(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}

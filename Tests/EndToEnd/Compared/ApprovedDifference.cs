using System.IO.Enumeration;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>A line of the list: in which cases and where the two differ, what each does, and why ours is right. <c>*</c> is anything, <c>\*</c> a star.</summary>
/// <param name="Cases">Names of cases.</param>
/// <param name="Where">Where it is seen.</param>
/// <param name="Yarp">What YARP does; <c>-</c> for nothing.</param>
/// <param name="Relay">What the relay does.</param>
/// <param name="Why">Why that is right.</param>
internal sealed record ApprovedDifference(string Cases, string Where, string Yarp, string Relay, string Why)
{
    /// <summary>Reads a line.</summary>
    public static ApprovedDifference Parse(string line)
    {
        var parts = line.Split(" | ");
        return parts.Length == 5
            ? new ApprovedDifference(parts[0], parts[1], parts[2], parts[3], parts[4])
            : throw new FormatException($"Five columns are wanted: {line}");
    }

    public bool Is(string name, string where, string yarp, string relay) =>
        Matches(Cases, name) && Matches(Where, where) && Matches(Yarp, yarp) && Matches(Relay, relay);

    private static bool Matches(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}

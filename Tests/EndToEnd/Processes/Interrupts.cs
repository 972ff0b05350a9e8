using System.Globalization;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>
/// A shell without job control lets what it starts in the background ignore Ctrl+C, and so does all that is started from there: tests too, and what they
/// start. A program that is to be stopped in that way is started as from a terminal.
/// </summary>
internal static class Interrupts
{
    private const int Sigint = 2;
    private const string IgnoredSignals = "SigIgn:";

    private static readonly bool AreIgnored = OperatingSystem.IsLinux() && AreIgnoredIn(File.ReadLines("/proc/self/status"));

    /// <summary>What to start in place of a program, so that it heeds Ctrl+C.</summary>
    public static (string Path, IEnumerable<string> Arguments) Heed(string path, IEnumerable<string> arguments) =>
        AreIgnored ? ("env", ["--default-signal=INT", path, .. arguments]) : (path, arguments);

    /// <summary>The mask is hexadecimal, the first signal its lowest bit (proc(5)).</summary>
    private static bool AreIgnoredIn(IEnumerable<string> status) =>
        status.FirstOrDefault(static line => line.StartsWith(IgnoredSignals, StringComparison.Ordinal)) is { } line
        && ((ulong.Parse(line.AsSpan(IgnoredSignals.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) >> (Sigint - 1)) & 1) == 1;
}

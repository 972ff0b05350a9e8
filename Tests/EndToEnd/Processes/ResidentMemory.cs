using System.Globalization;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>What the system holds in memory for a process, in octets; of Linux.</summary>
internal static class ResidentMemory
{
    public static long NowOf(int process) => Read(process, "VmRSS:");

    /// <summary>The most since <see cref="ForgetPeakOf"/>.</summary>
    public static long PeakOf(int process) => Read(process, "VmHWM:");

    /// <summary>From here on the peak is measured anew.</summary>
    public static void ForgetPeakOf(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");

    private static long Read(int process, string field)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}

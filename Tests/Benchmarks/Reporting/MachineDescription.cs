using System.Globalization;
using System.Runtime.InteropServices;

namespace AppProxy.Benchmarks.Reporting;

/// <summary>What a figure must be read with: the machine it was taken on.</summary>
internal static class MachineDescription
{
    public static string Text()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ProcessorModel()}, {Environment.ProcessorCount} cores, {memory:0} GB, {RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture}), {RuntimeInformation.FrameworkDescription}");
    }

    private static string ProcessorModel()
    {
        const string Key = "model name";
        var line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))
            : null;
        return line is null ? "unknown processor" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}

using System.Globalization;
using System.Text;

namespace AppProxy.Benchmarks.Running;

/// <summary>What /proc tells of a process and of those it started (Linux; elsewhere there is nothing to tell).</summary>
internal static class ProcessTree
{
    /// <summary>The process itself and all its descendants.</summary>
    public static List<int> Of(int root)
    {
        if (!Directory.Exists("/proc"))
        {
            return [root];
        }

        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && StatFields(id) is { } fields)
            {
                parents[id] = int.Parse(fields[1], CultureInfo.InvariantCulture);
            }
        }

        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++)
        {
            foreach (var (id, parent) in parents)
            {
                if (parent == tree[i])
                {
                    tree.Add(id);
                }
            }
        }

        return tree;
    }

    /// <summary>Processor time of the process, and of its children that ended and were waited for, in clock ticks.</summary>
    public static long ProcessorTicks(int id) =>
        StatFields(id) is { } fields ? fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) : 0;

    /// <summary>Resident memory now and at its highest, in megabytes (10^6 bytes).</summary>
    public static (double Now, double Peak) Memory(int id)
    {
        double now = 0, peak = 0;
        try
        {
            foreach (var line in File.ReadLines($"/proc/{id}/status"))
            {
                if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                {
                    now = Kilobytes(line);
                }
                else if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                {
                    peak = Kilobytes(line);
                }
            }
        }
        catch (IOException)
        {
            // Gone in between.
        }

        return (now, peak);
    }

    /// <summary>Program and first argument, as in "AppProxy.Benchmarks yarp".</summary>
    public static string Title(int id)
    {
        try
        {
            var parts = File.ReadAllText($"/proc/{id}/cmdline", Encoding.UTF8).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return parts.Length switch
            {
                0 => "",
                1 => Path.GetFileName(parts[0]),
                _ => Path.GetFileName(parts[0]) + " " + Path.GetFileName(parts[1]),
            };
        }
        catch (IOException)
        {
            return "";
        }
    }

    // pid (name) state ppid …: the name may hold anything, so fields count from the last parenthesis.
    private static string[]? StatFields(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Kilobytes(string line) =>
        double.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture) * 1024 / 1e6;
}

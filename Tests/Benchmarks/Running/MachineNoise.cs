using System.Globalization;

namespace AppProxy.Benchmarks.Running;

/// <summary>How much of the machine others used while this run measured: a ratio taken on a busy machine is worth less.</summary>
internal sealed class MachineNoise
{
    private readonly long _total;
    private readonly long _busy;
    private readonly long _own;

    private MachineNoise((long Total, long Busy) machine, long own) => (_total, _busy, _own) = (machine.Total, machine.Busy, own);

    public static MachineNoise Begin() => new(ReadMachine(), ReadOwn());

    /// <summary>Share (0 to 1) of all processor time since <see cref="Begin"/> that went to processes outside this run.</summary>
    public double End()
    {
        var (total, busy) = ReadMachine();
        var others = busy - _busy - (ReadOwn() - _own);
        return total > _total ? Math.Clamp((double)others / (total - _total), 0, 1) : 0;
    }

    private static long ReadOwn() => ProcessTree.Of(Environment.ProcessId).Sum(ProcessTree.ProcessorTicks);

    // cpu user nice system idle iowait irq softirq steal guest guest_nice
    private static (long Total, long Busy) ReadMachine()
    {
        if (!File.Exists("/proc/stat"))
        {
            return default;
        }

        var line = File.ReadLines("/proc/stat").First();
        var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var total = ticks.Sum();
        return (total, total - ticks[3] - ticks[4]);
    }
}

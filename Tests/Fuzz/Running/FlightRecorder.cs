using System.IO.MemoryMappedFiles;

namespace AppProxy.Fuzz.Running;

/// <summary>
/// The input that runs right now, in a mapped file that outlives its writer: when the worker dies or hangs, the supervisor reads there what of.
/// </summary>
/// <remarks>
/// <code>
/// 0        8         12            16
/// +--------+---------+-------------+---------+
/// |  runs  |  length |  (unused)   | input … |   native byte order
/// +--------+---------+-------------+---------+
/// </code>
/// </remarks>
internal sealed unsafe class FlightRecorder : IDisposable
{
    private const int HeaderSize = 16;
    private const int Capacity = 1 << 20;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _memory;

    public FlightRecorder(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, HeaderSize + Capacity);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
    }

    /// <summary>How many inputs were recorded.</summary>
    public long Runs => Volatile.Read(ref *(long*)_memory);

    public void Record(ReadOnlySpan<byte> input)
    {
        *(int*)(_memory + 8) = input.Length;
        input.CopyTo(new Span<byte>(_memory + HeaderSize, Capacity));
        Volatile.Write(ref *(long*)_memory, Runs + 1);
    }

    public byte[] LastInput() => new ReadOnlySpan<byte>(_memory + HeaderSize, *(int*)(_memory + 8)).ToArray();

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}

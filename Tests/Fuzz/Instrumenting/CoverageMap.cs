using System.Runtime.InteropServices;

namespace AppProxy.Fuzz.Instrumenting;

/// <summary>
/// Which branches a run took, and how often by orders of magnitude, as in AFL: instrumented code counts edges in a shared map of 64 KiB.
/// </summary>
internal sealed unsafe class CoverageMap : IDisposable
{
    private const int Size = 1 << 16;

    private readonly byte* _map = (byte*)NativeMemory.AlignedAlloc(Size, 64);

    // One bit per edge and order of magnitude that some run has reached.
    private readonly byte[] _seen = new byte[Size];

    public CoverageMap()
    {
        Reset();
        SharedTrace.SetMap(_map);
    }

    /// <summary>Edges that some run has reached.</summary>
    public int Edges { get; private set; }

    /// <summary>Before each run.</summary>
    public void Reset()
    {
        new Span<byte>(_map, Size).Clear();
        SharedTrace.ResetLocation();
    }

    /// <summary>After a run: whether it reached something that none before it did. It counts as reached from then on.</summary>
    public bool TakeNew()
    {
        var found = false;
        var words = new ReadOnlySpan<ulong>(_map, Size / sizeof(ulong));
        for (var i = words.IndexOfAnyExcept(0ul); i < words.Length; i++)
        {
            if (i < 0)
            {
                return false;
            }

            if (words[i] == 0)
            {
                continue;
            }

            for (var edge = i * sizeof(ulong); edge < (i + 1) * sizeof(ulong); edge++)
            {
                var bucket = Bucket(_map[edge]);
                if ((_seen[edge] & bucket) != bucket)
                {
                    Edges += _seen[edge] == 0 ? 1 : 0;
                    _seen[edge] |= bucket;
                    found = true;
                }
            }
        }

        return found;
    }

    public void Dispose()
    {
        SharedTrace.SetMap(null);
        NativeMemory.AlignedFree(_map);
    }

    private static byte Bucket(byte hits) => hits switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        <= 7 => 8,
        <= 15 => 16,
        <= 31 => 32,
        <= 127 => 64,
        _ => 128,
    };
}

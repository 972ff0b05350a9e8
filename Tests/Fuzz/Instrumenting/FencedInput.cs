using System.Runtime.InteropServices;

namespace AppProxy.Fuzz.Instrumenting;

/// <summary>
/// Places an input flush against a page that may not be touched, alternately behind it and before it: a read out of bounds that no
/// span checks ends the process at once instead of going unnoticed. Where there is no mprotect the input lies in plain memory.
/// </summary>
internal sealed unsafe partial class FencedInput : IDisposable
{
    private const int ProtNone = 0;
    private const int ProtReadWrite = 1 | 2;
    private const int MapPrivateAnonymous = 0x02 | 0x20;

    private readonly int _page = Environment.SystemPageSize;
    private readonly int _capacity;
    private readonly byte* _region;
    private readonly nuint _length;
    private bool _atEnd;

    public FencedInput(int maxLength)
    {
        // fence | room | fence
        _capacity = (maxLength + _page - 1) / _page * _page;
        _length = (nuint)(_capacity + (2 * _page));
        if (OperatingSystem.IsLinux())
        {
            _region = (byte*)Map(0, _length, ProtReadWrite, MapPrivateAnonymous, -1, 0);
            if ((nint)_region == -1 || Protect(_region, (nuint)_page, ProtNone) != 0 || Protect(_region + _page + _capacity, (nuint)_page, ProtNone) != 0)
            {
                throw new InvalidOperationException("The fenced memory could not be had.");
            }
        }
        else
        {
            _region = (byte*)NativeMemory.AllocZeroed(_length);
        }
    }

    /// <summary>Copies <paramref name="input"/> in; the result is valid until the next call.</summary>
    public ReadOnlySpan<byte> Place(ReadOnlySpan<byte> input)
    {
        _atEnd = !_atEnd;
        var room = new Span<byte>(_region + _page, _capacity);
        var place = _atEnd ? room[(_capacity - input.Length)..] : room[..input.Length];
        input.CopyTo(place);
        return place;
    }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Unmap(_region, _length);
        }
        else
        {
            NativeMemory.Free(_region);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);
}

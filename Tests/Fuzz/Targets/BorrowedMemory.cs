using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AppProxy.Fuzz.Targets;

/// <summary>
/// A span as memory, without a copy that would take the input away from its fence. Only for spans that don't move: those of
/// <see cref="Instrumenting.FencedInput"/>.
/// </summary>
internal sealed unsafe class BorrowedMemory(ReadOnlySpan<byte> span) : MemoryManager<byte>
{
    private readonly byte* _start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));
    private readonly int _length = span.Length;

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
        // Native memory stays where it is.
    }

    protected override void Dispose(bool disposing)
    {
        // Borrowed.
    }
}

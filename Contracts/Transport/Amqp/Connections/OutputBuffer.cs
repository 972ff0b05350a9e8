using System.Buffers;
using System.Runtime.InteropServices;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>
/// Frames that wait to be written: small ones copied into rented chunks, large bodies by reference. Owns the chunks and one reference to
/// each body, until <see cref="Clear"/>. Holds nothing while empty, so an idle connection costs no memory here.
/// </summary>
internal sealed class OutputBuffer
{
    private const int ChunkSize = 32 * 1024;

    private readonly List<ArraySegment<byte>> _segments = [];
    private readonly List<byte[]> _chunks = [];
    private readonly List<PooledBuffer> _bodies = [];
    private byte[] _chunk = [];
    private int _start;
    private int _end;

    /// <summary>Bytes that wait.</summary>
    public int Length { get; private set; }

    /// <summary>Room for <paramref name="size"/> bytes in one piece.</summary>
    public Span<byte> GetSpan(int size)
    {
        if (_chunk.Length - _end < size)
        {
            Cut();
            _chunk = ArrayPool<byte>.Shared.Rent(Math.Max(size, ChunkSize));
            _chunks.Add(_chunk);
            _start = _end = 0;
        }

        return _chunk.AsSpan(_end);
    }

    public void Advance(int count)
    {
        _end += count;
        Length += count;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    /// <summary>Appends part of a body without copying it.</summary>
    public void AppendReference(PooledBuffer owner, ReadOnlyMemory<byte> bytes)
    {
        Cut();
        if (!MemoryMarshal.TryGetArray(bytes, out var segment))
        {
            Append(bytes.Span);
            return;
        }

        owner.Retain();
        _bodies.Add(owner);
        _segments.Add(segment);
        Length += bytes.Length;
    }

    /// <summary>Everything that waits, in order; nothing may be appended before <see cref="Clear"/>.</summary>
    public List<ArraySegment<byte>> Seal()
    {
        Cut();
        return _segments;
    }

    public void Clear()
    {
        foreach (var chunk in _chunks)
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        foreach (var body in _bodies)
        {
            body.Release();
        }

        _chunks.Clear();
        _bodies.Clear();
        _segments.Clear();
        _chunk = [];
        _start = _end = 0;
        Length = 0;
    }

    private void Cut()
    {
        if (_end > _start)
        {
            _segments.Add(new ArraySegment<byte>(_chunk, _start, _end - _start));
            _start = _end;
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>
/// Writes AMQP values. Over a span that the caller knows to be long enough it never allocates; what does not fit goes on in a rented
/// array, which <see cref="Dispose"/> gives back.
/// </summary>
internal ref partial struct AmqpWriter
{
    private Span<byte> _buffer;
    private byte[]? _rented;
    private int _position;

    public AmqpWriter(Span<byte> buffer)
    {
        _buffer = buffer;
    }

    public readonly int Position => _position;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._position];

    /// <summary>Whether everything went into the span given at first.</summary>
    public readonly bool Fitted => _rented is null;

    public void Dispose()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            _buffer = default;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Room for a frame header, filled by <see cref="EndFrame"/>.</summary>
    public int BeginFrame()
    {
        var start = _position;
        Claim(FrameHeader.Size);
        return start;
    }

    /// <summary>Fills the frame header; <paramref name="payload"/> bytes follow what is written here.</summary>
    public readonly void EndFrame(int start, byte type, ushort channel, int payload = 0) =>
        FrameHeader.Write(_buffer[start..], _position - start + payload, type, channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteNull() => Put(FormatCode.Null);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteBoolean(bool value) => Put(value ? FormatCode.True : FormatCode.False);

    public void WriteUByte(byte value)
    {
        var span = Claim(2);
        span[0] = FormatCode.UByte;
        span[1] = value;
    }

    public void WriteUShort(ushort value)
    {
        var span = Claim(3);
        span[0] = FormatCode.UShort;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteUInt(uint value)
    {
        if (value == 0)
        {
            Put(FormatCode.UInt0);
        }
        else if (value <= byte.MaxValue)
        {
            var span = Claim(2);
            span[0] = FormatCode.SmallUInt;
            span[1] = (byte)value;
        }
        else
        {
            var span = Claim(5);
            span[0] = FormatCode.UInt;
            BinaryPrimitives.WriteUInt32BigEndian(span[1..], value);
        }
    }

    public void WriteULong(ulong value)
    {
        if (value <= byte.MaxValue)
        {
            var span = Claim(2);
            span[0] = FormatCode.SmallULong;
            span[1] = (byte)value;
        }
        else
        {
            Write64(FormatCode.ULong, value);
        }
    }

    public void WriteLong(long value) => Write64(FormatCode.Long, unchecked((ulong)value));

    /// <summary>Milliseconds since 1970.</summary>
    public void WriteTimestamp(long value) => Write64(FormatCode.Timestamp, unchecked((ulong)value));

    public void WriteUuid(Guid value)
    {
        var span = Claim(17);
        span[0] = FormatCode.Uuid;
        value.TryWriteBytes(span[1..], bigEndian: true, out _);
    }

    public void WriteBinary(scoped ReadOnlySpan<byte> value)
    {
        WriteVariableHead(FormatCode.Binary8, FormatCode.Binary32, value.Length);
        value.CopyTo(Claim(value.Length));
    }

    public void WriteString(string? value)
    {
        if (value is null)
        {
            WriteNull();
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        WriteVariableHead(FormatCode.String8, FormatCode.String32, length);
        Encoding.UTF8.GetBytes(value, Claim(length));
    }

    public void WriteSymbol(string? value)
    {
        if (value is null)
        {
            WriteNull();
            return;
        }

        WriteVariableHead(FormatCode.Symbol8, FormatCode.Symbol32, value.Length);
        Encoding.ASCII.GetBytes(value, Claim(value.Length));
    }

    /// <summary>A symbol known at compile time.</summary>
    public void WriteSymbol(scoped ReadOnlySpan<byte> value)
    {
        WriteVariableHead(FormatCode.Symbol8, FormatCode.Symbol32, value.Length);
        value.CopyTo(Claim(value.Length));
    }

    /// <summary>Bytes that are encoded already.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> encoded) => encoded.CopyTo(Claim(encoded.Length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteDescriptor(byte descriptor)
    {
        var span = Claim(3);
        span[0] = FormatCode.Described;
        span[1] = FormatCode.SmallULong;
        span[2] = descriptor;
    }

    /// <summary>The head of a data section whose <paramref name="length"/> bytes follow.</summary>
    public void WriteDataHead(int length)
    {
        WriteDescriptor(Descriptor.Data);
        WriteVariableHead(FormatCode.Binary8, FormatCode.Binary32, length);
    }

    /// <summary>Begins a described list of at most 254 bytes and 255 fields.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BeginShortList(byte descriptor)
    {
        var span = Claim(6);
        span[0] = FormatCode.Described;
        span[1] = FormatCode.SmallULong;
        span[2] = descriptor;
        span[3] = FormatCode.List8;
        return _position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void EndShortList(int start, int count)
    {
        _buffer[start - 2] = checked((byte)(_position - start + 1));
        _buffer[start - 1] = (byte)count;
    }

    /// <summary>Begins a described list of any length.</summary>
    public int BeginList(byte descriptor)
    {
        WriteDescriptor(descriptor);
        return BeginCompound(FormatCode.List32);
    }

    /// <summary>Begins a described map.</summary>
    public int BeginMap(byte descriptor)
    {
        WriteDescriptor(descriptor);
        return BeginCompound(FormatCode.Map32);
    }

    /// <summary>Ends a list or map with <paramref name="count"/> elements; of a map, keys and values both count.</summary>
    public readonly void EndCompound(int start, int count)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer[(start - 8)..], _position - start + 4);
        BinaryPrimitives.WriteInt32BigEndian(_buffer[(start - 4)..], count);
    }

    private int BeginCompound(byte code)
    {
        Claim(9)[0] = code;
        return _position;
    }

    private void WriteVariableHead(byte small, byte large, int length)
    {
        if (length <= byte.MaxValue)
        {
            var span = Claim(2);
            span[0] = small;
            span[1] = (byte)length;
        }
        else
        {
            var span = Claim(5);
            span[0] = large;
            BinaryPrimitives.WriteInt32BigEndian(span[1..], length);
        }
    }

    private void Write64(byte code, ulong value)
    {
        var span = Claim(9);
        span[0] = code;
        BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(byte value) => Claim(1)[0] = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Claim(int length)
    {
        if (length > _buffer.Length - _position)
        {
            Grow(length);
        }

        var claimed = _buffer.Slice(_position, length);
        _position += length;
        return claimed;
    }

    private void Grow(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Math.Max(_position + length, 512)));
        _buffer[.._position].CopyTo(larger);
        if (_rented is { } smaller)
        {
            ArrayPool<byte>.Shared.Return(smaller);
        }

        _rented = larger;
        _buffer = larger;
    }
}

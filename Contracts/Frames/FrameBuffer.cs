using System.Buffers.Binary;
using System.Text;
using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Frames;

/// <summary>
/// A message while it is written: preamble, then whole frames, in one rented buffer that grows. Owns one reference to
/// <see cref="Buffer"/> until <see cref="Detach"/> or <see cref="Dispose"/>. Not for use from several threads.
/// </summary>
public sealed class FrameBuffer : IDisposable
{
    private PooledBuffer? _buffer;
    private byte[] _array;
    private int _frameStart;

    /// <summary>Starts a message in a buffer of at least <paramref name="capacity"/> octets.</summary>
    public FrameBuffer(int capacity)
    {
        _buffer = PooledBuffer.Rent(Math.Max(capacity, 512));
        _array = _buffer.Array;
        MessageReader.WritePreamble(_array);
        Length = MessageReader.PreambleSize;
    }

    /// <summary>Octets written, the preamble included.</summary>
    public int Length { get; private set; }

    /// <summary>Whether no frame was written.</summary>
    public bool IsEmpty => Length == MessageReader.PreambleSize;

    /// <summary>Writes a <see cref="FrameType.RequestHead"/>, its field lines by <paramref name="fields"/>.</summary>
    public void RequestHead<TFields>(FrameFlags flags, ExchangeId exchange, Attempt attempt, uint sequence, in RequestHead head, in TFields fields)
        where TFields : IFieldSource, allows ref struct
    {
        Begin(FrameType.RequestHead, flags, exchange, attempt, sequence);
        Guid(head.ReplySession);
        UInt64((ulong)head.Deadline);
        UInt32(head.ResponseHeadTimeout);
        UInt32(head.IdleTimeout);
        UInt64((ulong)head.ResponseWindow);
        UInt64(head.SettingsVersion);
        Text(head.AppId);
        Text(head.ClientAddress);
        Text(head.TraceParent);
        Text(head.TraceState);
        Text(head.Assertion);
        Text(head.ClientConnection);
        Text(head.Method);
        Text(head.Target);
        Fields(fields);
        End();
    }

    /// <summary>Writes a <see cref="FrameType.ResponseHead"/>, its field lines by <paramref name="fields"/>.</summary>
    public void ResponseHead<TFields>(FrameFlags flags, ExchangeId exchange, Attempt attempt, uint sequence, in ResponseHead head, in TFields fields)
        where TFields : IFieldSource, allows ref struct
    {
        Begin(FrameType.ResponseHead, flags, exchange, attempt, sequence);
        Guid(head.UplinkSession);
        UInt16((ushort)head.Status);
        Text(head.Reason);
        Fields(fields);
        End();
    }

    /// <summary>Writes a <see cref="FrameType.Claim"/>.</summary>
    public void Claim(ExchangeId exchange, Attempt attempt, uint sequence, in ClaimPayload claim)
    {
        Begin(FrameType.Claim, FrameFlags.None, exchange, attempt, sequence);
        Guid(claim.UplinkSession);
        UInt64((ulong)claim.Window);
        End();
    }

    /// <summary>Writes a <see cref="FrameType.Data"/> by copying: for small pieces. Large ones are written in place, see <see cref="WriteDataHeader"/>.</summary>
    public void Data(ExchangeId exchange, Attempt attempt, uint sequence, long offset, ReadOnlySpan<byte> octets)
    {
        Begin(FrameType.Data, FrameFlags.None, exchange, attempt, sequence);
        UInt64((ulong)offset);
        octets.CopyTo(Reserve(octets.Length));
        End();
    }

    /// <summary>Writes a <see cref="FrameType.End"/> with its trailers.</summary>
    public void End<TFields>(ExchangeId exchange, Attempt attempt, uint sequence, long bodyLength, in TFields trailers)
        where TFields : IFieldSource, allows ref struct
    {
        Begin(FrameType.End, FrameFlags.None, exchange, attempt, sequence);
        UInt64((ulong)bodyLength);
        Fields(trailers);
        End();
    }

    /// <summary>Writes a <see cref="FrameType.Window"/>.</summary>
    public void Window(ExchangeId exchange, Attempt attempt, uint sequence, long offset)
    {
        Begin(FrameType.Window, FrameFlags.None, exchange, attempt, sequence);
        UInt64((ulong)offset);
        End();
    }

    /// <summary>Writes a <see cref="FrameType.Reset"/>.</summary>
    public void Reset(ExchangeId exchange, Attempt attempt, uint sequence, ushort reason, FrameFlags flags = FrameFlags.None)
    {
        Begin(FrameType.Reset, flags, exchange, attempt, sequence);
        UInt16(reason);
        End();
    }

    /// <summary>Writes one <see cref="FrameType.Heartbeat"/> with at most <see cref="FrameLimits.MaxHeartbeatEntries"/> exchanges.</summary>
    /// <param name="flags">Whether the list goes on.</param>
    /// <param name="beat">Number of the beat.</param>
    /// <param name="session">Of the sender.</param>
    /// <param name="clock">Of the sender, unix milliseconds.</param>
    /// <param name="entries">What the two have with each other.</param>
    /// <param name="settings">Version of the settings that a gateway has, which a reader may pass over; 0 where nothing is said.</param>
    public void Heartbeat(FrameFlags flags, uint beat, Guid session, long clock, ReadOnlySpan<HeartbeatEntry> entries, long settings = 0)
    {
        Begin(FrameType.Heartbeat, flags, ExchangeId.None, SettingsHint.Write(settings), beat);
        Guid(session);
        UInt64((ulong)clock);
        LengthPrefix(entries.Length);
        foreach (ref readonly var entry in entries)
        {
            entry.Exchange.Write(Reserve(ExchangeId.Size));
            UInt16(entry.Attempt.Send);
            UInt32(entry.Attempt.Nonce);
            UInt32(entry.NextSequence);
            UInt64((ulong)entry.SentOffset);
            UInt64((ulong)entry.ReceivedOffset);
        }

        End();
    }

    /// <summary>Writes preamble and header of a message that is one Data frame, ahead of <paramref name="count"/> octets already at <see cref="DataMessageOffset"/>.</summary>
    public static void WriteDataHeader(Span<byte> message, ExchangeId exchange, Attempt attempt, uint sequence, long offset, int count)
    {
        MessageReader.WritePreamble(message);
        new FrameHeader(FrameHeader.Size + DataPayload.OffsetSize + count, FrameType.Data, FrameFlags.None, exchange, attempt, sequence)
            .Write(message[MessageReader.PreambleSize..]);
        BinaryPrimitives.WriteInt64BigEndian(message[(MessageReader.PreambleSize + FrameHeader.Size)..], offset);
    }

    /// <summary>Where the body's octets begin in a message that is one Data frame.</summary>
    public const int DataMessageOffset = MessageReader.PreambleSize + FrameHeader.Size + DataPayload.OffsetSize;

    /// <summary>Writes a frame whose payload is there already.</summary>
    internal void Raw(FrameType type, FrameFlags flags, ExchangeId exchange, Attempt attempt, uint sequence, ReadOnlySpan<byte> payload)
    {
        Begin(type, flags, exchange, attempt, sequence);
        payload.CopyTo(Reserve(payload.Length));
        End();
    }

    /// <summary>Moves everything from <paramref name="start"/> on, whole frames, into a message of its own.</summary>
    internal FrameBuffer TakeFrom(int start)
    {
        var taken = new FrameBuffer(MessageReader.PreambleSize + Length - start);
        _array.AsSpan(start, Length - start).CopyTo(taken.Reserve(Length - start));
        Length = start;
        return taken;
    }

    /// <summary>The message as far as it is written.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _array.AsSpan(0, Length);

    /// <summary>Hands the buffer over, its reference included; the writer is done.</summary>
    public PooledBuffer Detach()
    {
        var buffer = _buffer ?? throw new ObjectDisposedException(nameof(FrameBuffer));
        _buffer = null;
        return buffer;
    }

    /// <summary>Gives the buffer back, unless it was detached.</summary>
    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
    }

    /// <summary>Writes one field line; for <see cref="IFieldSource"/>.</summary>
    public void Field(string name, string value)
    {
        Text(name);
        Text(value);
    }

    /// <summary>Writes one field line; for <see cref="IFieldSource"/>.</summary>
    public void Field(string name, ReadOnlySpan<char> value)
    {
        Text(name);
        Text(value);
    }

    /// <summary>Writes one field line; for <see cref="IFieldSource"/>.</summary>
    public void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Text(name);
        Text(value);
    }

    private void Begin(FrameType type, FrameFlags flags, ExchangeId exchange, Attempt attempt, uint sequence)
    {
        _frameStart = Length;
        new FrameHeader(0, type, flags, exchange, attempt, sequence).Write(Reserve(FrameHeader.Size));
    }

    private void End() => BinaryPrimitives.WriteInt32BigEndian(_array.AsSpan(_frameStart), Length - _frameStart);

    private void Fields<TFields>(in TFields fields)
        where TFields : IFieldSource, allows ref struct
    {
        // The count is known only after the lines: two octets hold any that is allowed.
        var count = Length;
        Reserve(2);
        int written;
        try
        {
            written = fields.WriteTo(this);
            if (written > FrameLimits.MaxFields)
            {
                throw new TooManyFieldsException();
            }
        }
        catch
        {
            // Half a frame would make the whole message unreadable, and with it the frames of other exchanges.
            Length = _frameStart;
            throw;
        }

        if (written < 0x80)
        {
            // One way to write a number: move the lines down over the octet that is not needed.
            _array.AsSpan(count + 2, Length - count - 2).CopyTo(_array.AsSpan(count + 1));
            Length--;
            _array[count] = (byte)written;
        }
        else
        {
            _array[count] = (byte)(written | 0x80);
            _array[count + 1] = (byte)(written >> 7);
        }
    }

    private void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    private void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    private void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), value);

    private void Guid(Guid value) => value.TryWriteBytes(Reserve(16), bigEndian: true, out _);

    private void Text(ReadOnlySpan<byte> octets)
    {
        LengthPrefix(octets.Length);
        octets.CopyTo(Reserve(octets.Length));
    }

    private void Text(ReadOnlySpan<char> text)
    {
        LengthPrefix(text.Length);
        Encoding.Latin1.GetBytes(text, Reserve(text.Length));
    }

    private void LengthPrefix(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(length, 1 << 28);
        while (length >= 0x80)
        {
            Reserve(1)[0] = (byte)(length | 0x80);
            length >>= 7;
        }

        Reserve(1)[0] = (byte)length;
    }

    private Span<byte> Reserve(int count)
    {
        var start = Length;
        if (_array.Length - start < count)
        {
            Grow(count);
        }

        Length = start + count;
        return _array.AsSpan(start, count);
    }

    private void Grow(int count)
    {
        var larger = PooledBuffer.Rent(Math.Max(_array.Length * 2, Length + count));
        _array.AsSpan(0, Length).CopyTo(larger.Array);
        _buffer!.Release();
        _buffer = larger;
        _array = larger.Array;
    }
}

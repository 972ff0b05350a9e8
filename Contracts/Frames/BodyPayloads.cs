using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Contracts.Frames;

/// <summary>Payload of a <see cref="FrameType.Data"/>: <c>offset (8), octets</c>.</summary>
/// <param name="Offset">Where in the body the octets begin.</param>
/// <param name="Octets">The octets; at most <see cref="FrameLimits.MaxDataLength"/>.</param>
public readonly record struct DataPayload(long Offset, ReadOnlyMemory<byte> Octets)
{
    /// <summary>Octets ahead of the body's.</summary>
    public const int OffsetSize = 8;

    /// <summary>Reads a payload.</summary>
    public static FrameError TryRead(ReadOnlyMemory<byte> payload, out DataPayload data)
    {
        data = default;
        if (payload.Length is < OffsetSize or > OffsetSize + FrameLimits.MaxDataLength)
        {
            return FrameError.Length;
        }

        var offset = BinaryPrimitives.ReadInt64BigEndian(payload.Span);
        if (offset < 0 || offset > long.MaxValue - FrameLimits.MaxDataLength)
        {
            return FrameError.Value;
        }

        data = new DataPayload(offset, payload[OffsetSize..]);
        return FrameError.None;
    }
}

/// <summary>Payload of a <see cref="FrameType.End"/>: <c>length of the whole body (8), trailer field lines</c>.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "A view is not compared.")]
public readonly ref struct EndPayload
{
    /// <summary>How long the body was, in octets.</summary>
    public long BodyLength { get; init; }

    /// <summary>Trailer fields; often none.</summary>
    public FieldLines Trailers { get; init; }

    /// <summary>The trailers' octets, to be kept and read again by <see cref="FieldLines.TryRead"/>.</summary>
    public ReadOnlySpan<byte> Section { get; init; }

    /// <summary>Reads a payload.</summary>
    public static FrameError TryRead(ReadOnlySpan<byte> payload, out EndPayload end)
    {
        end = default;
        var reader = new PayloadReader(payload);
        var length = reader.Offset();
        if (reader.Error != FrameError.None)
        {
            return reader.Error;
        }

        var error = FieldLines.TryRead(reader.Rest, out var trailers);
        if (error == FrameError.None)
        {
            end = new EndPayload { BodyLength = length, Trailers = trailers, Section = reader.Rest };
        }

        return error;
    }
}

/// <summary>Payload of a <see cref="FrameType.Window"/>: <c>offset (8)</c>.</summary>
/// <param name="Offset">The body may be sent up to here; never a delta, so a repeat changes nothing.</param>
public readonly record struct WindowPayload(long Offset)
{
    /// <summary>Reads a payload.</summary>
    public static FrameError TryRead(ReadOnlySpan<byte> payload, out WindowPayload window)
    {
        var reader = new PayloadReader(payload);
        window = new WindowPayload(reader.Offset());
        return reader.End();
    }
}

using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Contracts.Frames;

/// <summary>Payload of a <see cref="FrameType.ResponseHead"/>: a view on the frame's bytes.</summary>
/// <remarks>
/// <code>
/// +--------------------------+   0
/// | uplink session (16)      |
/// +------------+-------------+  16
/// | status (2) | reason text |       length, octets
/// +------------+-------------+
/// | field lines              |       may end anywhere when continued
/// +--------------------------+
/// </code>
/// </remarks>
[SuppressMessage("Performance", "CA1815", Justification = "A view is not compared.")]
public readonly ref struct ResponseHead
{
    /// <summary>Session on which the connector instance reads.</summary>
    public Guid UplinkSession { get; init; }

    /// <summary>Status code, 100 to 999.</summary>
    public int Status { get; init; }

    /// <summary>Reason phrase as the app wrote it; empty in HTTP/2.</summary>
    public ReadOnlySpan<byte> Reason { get; init; }

    /// <summary>The field section, or its beginning when the frame is continued; see <see cref="FieldLines.TryRead"/>.</summary>
    public ReadOnlySpan<byte> FieldSection { get; init; }

    /// <summary>Reads a payload. Without <see cref="FrameFlags.Continued"/> its field lines are checked too.</summary>
    public static FrameError TryRead(ReadOnlySpan<byte> payload, FrameFlags flags, out ResponseHead head)
    {
        var reader = new PayloadReader(payload);
        head = new ResponseHead
        {
            UplinkSession = reader.Guid(),
            Status = reader.UInt16(),
            Reason = reader.Text(),
            FieldSection = reader.Rest,
        };

        if (reader.Error != FrameError.None)
        {
            return reader.Error;
        }

        if (head.Status is < 100 or > 999)
        {
            return FrameError.Value;
        }

        return flags.HasFlag(FrameFlags.Continued) ? FrameError.None : FieldLines.TryRead(head.FieldSection, out _);
    }
}

namespace AppProxy.Contracts.Frames;

/// <summary>Payload of a <see cref="FrameType.Claim"/>: <c>uplink session (16), window (8)</c>.</summary>
/// <param name="UplinkSession">Session on which the connector instance reads.</param>
/// <param name="Window">How far the request's body may be sent, in octets.</param>
public readonly record struct ClaimPayload(Guid UplinkSession, long Window)
{
    /// <summary>Reads a payload.</summary>
    public static FrameError TryRead(ReadOnlySpan<byte> payload, out ClaimPayload claim)
    {
        var reader = new PayloadReader(payload);
        claim = new ClaimPayload(reader.Guid(), reader.Offset());
        return reader.End();
    }
}

/// <summary>Payload of a <see cref="FrameType.Reset"/>: <c>reason (2)</c>.</summary>
/// <param name="Reason">A value of the exchange engine's closed list; a number that this side does not know counts as its peer's failure.</param>
public readonly record struct ResetPayload(ushort Reason)
{
    /// <summary>Reads a payload.</summary>
    public static FrameError TryRead(ReadOnlySpan<byte> payload, out ResetPayload reset)
    {
        var reader = new PayloadReader(payload);
        reset = new ResetPayload(reader.UInt16());
        return reader.End();
    }
}

using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

/// <summary>A heartbeat concerns no exchange, so its identity is only the number of the beat.</summary>
internal sealed record HeartbeatModel(FrameIdentity Identity, FrameFlags Flags, Guid Session, long Clock, params HeartbeatEntry[] Entries)
    : FrameModel(Identity)
{
    public static FrameIdentity Beat(uint number) => new(ExchangeId.None, default, number);

    public override void Write(FrameBuffer message) => message.Heartbeat(Flags, Identity.Sequence, Session, Clock, Entries);

    public bool Equals(HeartbeatModel? other) =>
        other is not null && (Identity, Flags, Session, Clock) == (other.Identity, other.Flags, other.Session, other.Clock)
        && Entries.AsSpan().SequenceEqual(other.Entries);

    public override int GetHashCode() => HashCode.Combine(Identity, Session);

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        model = null;
        var error = Heartbeat.TryRead(frame.Payload.Span, out var heartbeat);
        if (error == FrameError.None)
        {
            var entries = new HeartbeatEntry[heartbeat.Count];
            for (var i = 0; i < entries.Length; i++)
            {
                entries[i] = heartbeat[i];
            }

            model = new HeartbeatModel(identity, frame.Header.Flags, heartbeat.Session, heartbeat.Clock, entries);
        }

        return error;
    }
}

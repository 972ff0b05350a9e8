using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

internal sealed record ResponseHeadModel(FrameIdentity Identity, FrameFlags Flags, Guid UplinkSession, int Status, string Reason, FieldList Fields)
    : FrameModel(Identity)
{
    public override void Write(FrameBuffer message) => message.ResponseHead(
        Flags,
        Identity.Exchange,
        Identity.Attempt,
        Identity.Sequence,
        new ResponseHead { UplinkSession = UplinkSession, Status = Status, Reason = Octets(Reason) },
        Fields);

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        var error = ResponseHead.TryRead(frame.Payload.Span, frame.Header.Flags, out var head);
        model = error != FrameError.None ? null : new ResponseHeadModel(
            identity,
            frame.Header.Flags,
            head.UplinkSession,
            head.Status,
            Text(head.Reason),
            frame.Header.Flags.HasFlag(FrameFlags.Continued) ? new FieldList() : FieldList.Read(head.FieldSection));
        return error;
    }
}

using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

internal sealed record EndModel(FrameIdentity Identity, long BodyLength, FieldList Trailers) : FrameModel(Identity)
{
    public override void Write(FrameBuffer message) => message.End(Identity.Exchange, Identity.Attempt, Identity.Sequence, BodyLength, Trailers);

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        var error = EndPayload.TryRead(frame.Payload.Span, out var end);
        model = error == FrameError.None ? new EndModel(identity, end.BodyLength, FieldList.Read(end.Section)) : null;
        return error;
    }
}

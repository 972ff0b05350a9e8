using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

internal sealed record ResetModel(FrameIdentity Identity, ushort Reason, FrameFlags Flags = FrameFlags.None) : FrameModel(Identity)
{
    public override void Write(FrameBuffer message) => message.Reset(Identity.Exchange, Identity.Attempt, Identity.Sequence, Reason, Flags);

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        var error = ResetPayload.TryRead(frame.Payload.Span, out var reset);
        model = error == FrameError.None ? new ResetModel(identity, reset.Reason, frame.Header.Flags) : null;
        return error;
    }
}

using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

internal sealed record WindowModel(FrameIdentity Identity, long Offset) : FrameModel(Identity)
{
    public override void Write(FrameBuffer message) => message.Window(Identity.Exchange, Identity.Attempt, Identity.Sequence, Offset);

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        var error = WindowPayload.TryRead(frame.Payload.Span, out var window);
        model = error == FrameError.None ? new WindowModel(identity, window.Offset) : null;
        return error;
    }
}

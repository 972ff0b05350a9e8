using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

internal sealed record ClaimModel(FrameIdentity Identity, ClaimPayload Claim) : FrameModel(Identity)
{
    public override void Write(FrameBuffer message) => message.Claim(Identity.Exchange, Identity.Attempt, Identity.Sequence, Claim);

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        var error = ClaimPayload.TryRead(frame.Payload.Span, out var claim);
        model = error == FrameError.None ? new ClaimModel(identity, claim) : null;
        return error;
    }
}

using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

/// <summary>A continuation's payload is a piece of another payload: any octets.</summary>
internal sealed record HeadContinuationModel(FrameIdentity Identity, FrameFlags Flags, string Piece) : FrameModel(Identity)
{
    public override void Write(FrameBuffer message) =>
        message.Raw(FrameType.HeadContinuation, Flags, Identity.Exchange, Identity.Attempt, Identity.Sequence, Octets(Piece));

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        model = new HeadContinuationModel(identity, frame.Header.Flags, Text(frame.Payload.Span));
        return FrameError.None;
    }
}

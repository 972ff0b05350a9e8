using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

internal sealed record DataModel(FrameIdentity Identity, long Offset, string Body) : FrameModel(Identity)
{
    public override void Write(FrameBuffer message) => message.Data(Identity.Exchange, Identity.Attempt, Identity.Sequence, Offset, Octets(Body));

    public static FrameError TryRead(FrameIdentity identity, in Frame frame, out FrameModel? model)
    {
        var error = DataPayload.TryRead(frame.Payload, out var data);
        model = error == FrameError.None ? new DataModel(identity, data.Offset, Text(data.Octets.Span)) : null;
        return error;
    }
}

using System.Text;
using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

/// <summary>One frame as a value that can be written, read and compared.</summary>
internal abstract record FrameModel(FrameIdentity Identity)
{
    public abstract void Write(FrameBuffer message);

    public static byte[] WriteMessage(IEnumerable<FrameModel> frames)
    {
        using var message = new FrameBuffer(capacity: 64);
        foreach (var frame in frames)
        {
            frame.Write(message);
        }

        return message.WrittenSpan.ToArray();
    }

    /// <summary>Reads a message as the relay does: its framing as a whole, then each payload by its type.</summary>
    public static FrameError TryReadMessage(ReadOnlyMemory<byte> message, out List<FrameModel> frames)
    {
        frames = [];
        var error = MessageReader.TryOpen(message, out var reader);
        while (error == FrameError.None && reader.TryRead(out var frame))
        {
            error = TryRead(frame, out var model);
            if (model is not null)
            {
                frames.Add(model);
            }
        }

        return error;
    }

    protected static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);

    protected static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    private static FrameError TryRead(in Frame frame, out FrameModel? model)
    {
        var identity = new FrameIdentity(frame.Header.Exchange, frame.Header.Attempt, frame.Header.Sequence);
        return frame.Header.Type switch
        {
            FrameType.RequestHead => RequestHeadModel.TryRead(identity, frame, out model),
            FrameType.HeadContinuation => HeadContinuationModel.TryRead(identity, frame, out model),
            FrameType.Claim => ClaimModel.TryRead(identity, frame, out model),
            FrameType.ResponseHead => ResponseHeadModel.TryRead(identity, frame, out model),
            FrameType.Data => DataModel.TryRead(identity, frame, out model),
            FrameType.End => EndModel.TryRead(identity, frame, out model),
            FrameType.Window => WindowModel.TryRead(identity, frame, out model),
            FrameType.Reset => ResetModel.TryRead(identity, frame, out model),
            FrameType.Heartbeat => HeartbeatModel.TryRead(identity, frame, out model),
            _ => throw new InvalidOperationException($"No model of {frame.Header.Type}: every type of frame needs one."),
        };
    }
}

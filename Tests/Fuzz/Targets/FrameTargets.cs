using AppProxy.Contracts.Frames;

namespace AppProxy.Fuzz.Targets;

/// <summary>Reads everything that a frame can hold, as far as its reader said it is good. What is wrong is said by <see cref="FrameError"/>; nothing may throw.</summary>
internal static class FrameTargets
{
    /// <summary>A whole message as it comes from the broker.</summary>
    public static void ReadMessage(ReadOnlySpan<byte> input)
    {
        using var borrowed = new BorrowedMemory(input);
        if (MessageReader.TryOpen(borrowed.Memory, out var reader) != FrameError.None)
        {
            return;
        }

        while (reader.TryRead(out var frame))
        {
            ReadPayload(frame.Header.Type, frame.Header.Flags, frame.Payload);
        }
    }

    /// <summary>Type, flags, payload: spares chance the lengths and the preamble around it.</summary>
    public static void ReadPayload(ReadOnlySpan<byte> input)
    {
        if (input.Length >= 2)
        {
            using var borrowed = new BorrowedMemory(input[2..]);
            ReadPayload((FrameType)input[0], (FrameFlags)input[1], borrowed.Memory);
        }
    }

    private static void ReadPayload(FrameType type, FrameFlags flags, ReadOnlyMemory<byte> payload)
    {
        switch (type)
        {
            case FrameType.RequestHead:
                if (RequestHead.TryRead(payload.Span, flags, out var request) == FrameError.None)
                {
                    Walk(request.FieldSection, mustBeGood: !flags.HasFlag(FrameFlags.Continued));
                }

                break;
            case FrameType.ResponseHead:
                if (ResponseHead.TryRead(payload.Span, flags, out var response) == FrameError.None)
                {
                    Walk(response.FieldSection, mustBeGood: !flags.HasFlag(FrameFlags.Continued));
                }

                break;
            case FrameType.HeadContinuation:
                Walk(payload.Span, mustBeGood: false);
                break;
            case FrameType.Claim:
                _ = ClaimPayload.TryRead(payload.Span, out _);
                break;
            case FrameType.Data:
                _ = DataPayload.TryRead(payload, out _);
                break;
            case FrameType.End:
                if (EndPayload.TryRead(payload.Span, out var end) == FrameError.None)
                {
                    Walk(end.Section, mustBeGood: true);
                }

                break;
            case FrameType.Window:
                _ = WindowPayload.TryRead(payload.Span, out _);
                break;
            case FrameType.Reset:
                _ = ResetPayload.TryRead(payload.Span, out _);
                break;
            case FrameType.Heartbeat:
                if (Heartbeat.TryRead(payload.Span, out var heartbeat) == FrameError.None)
                {
                    for (var i = 0; i < heartbeat.Count; i++)
                    {
                        _ = heartbeat[i];
                    }
                }

                break;
        }
    }

    private static void Walk(ReadOnlySpan<byte> section, bool mustBeGood)
    {
        var error = FieldLines.TryRead(section, out var lines);
        if (error != FrameError.None)
        {
            if (mustBeGood)
            {
                throw new InvalidOperationException($"A section that was good when its frame was read is not good now: {error}.");
            }

            return;
        }

        var count = 0;
        foreach (var line in lines)
        {
            if (line.Name.IsEmpty)
            {
                throw new InvalidOperationException("A field without a name.");
            }

            count++;
        }

        if (count != lines.Count)
        {
            throw new InvalidOperationException($"{lines.Count} fields were promised and {count} are there.");
        }
    }
}

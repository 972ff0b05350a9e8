using System.Buffers.Text;
using System.Text;
using AppProxy.Connector.Execution;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Http1;

/// <summary>
/// Writes a request's head (RFC 9112 section 3) from the frame's octets: target, names and values octet by octet, fields in their order; the length
/// of the body by what is known of it. What could not be read as one request and its fields is not sent.
/// </summary>
internal static class RequestHeadWriter
{
    [Flags]
    private enum RequestKind
    {
        Plain = 0,
        AuthenticatesConnection = 1,
        AsksToContinue = 2,
    }

    /// <summary>Request line's fixed octets, Host, a length, the upgrade, the blank line.</summary>
    private const int FixedRoom = 128;

    /// <exception cref="InvalidDataException">The head is none that may be sent: the gateway should have refused it.</exception>
    public static Http1Request Write(in RequestHead head, in AppCall call, Http1Target target)
    {
        _ = FieldLines.TryRead(head.FieldSection, out var fields);
        var room = Measure(head, fields, target, out var host, out var contentLength, out var kind);
        room += (call.Activity?.Id?.Length ?? 0) + (call.Activity?.TraceStateString?.Length ?? 0) + 32;
        var isUpgrade = call.Flags.HasFlag(FrameFlags.Upgrade);
        var hasBody = call.Flags.HasFlag(FrameFlags.Body) && !isUpgrade;
        var bodyLength = !hasBody ? contentLength : call.Body is null ? call.WholeBody.Length : contentLength;

        // A copy of a body at hand: it goes out in one send with the head, and its message may be given back before that is done.
        var wholeBody = hasBody && call.Body is null ? call.WholeBody.Span : default;
        var buffer = PooledBuffer.Rent(room + wholeBody.Length);
        var writer = new OctetWriter(buffer.Array);
        writer.Write(head.Method);
        writer.Write(" "u8);
        if (!head.Target.SequenceEqual("*"u8))
        {
            writer.Write(target.Path);
        }

        writer.Write(head.Target);
        writer.Write(" HTTP/1.1\r\n"u8);
        host = host.IsEmpty ? target.Host : host;
        writer.Field("Host"u8, host);
        WriteFields(ref writer, fields, call.Activity is not null);
        if (isUpgrade)
        {
            writer.Field("Connection"u8, "Upgrade"u8);
        }
        else if (hasBody && bodyLength is null)
        {
            writer.Field("Transfer-Encoding"u8, "chunked"u8);
        }
        else if (hasBody || bodyLength is not null || IsExpectedToHaveBody(head.Method))
        {
            writer.Write("Content-Length: "u8);
            writer.Write(hasBody ? bodyLength!.Value : 0);
            writer.Write("\r\n"u8);
        }

        WriteTrace(ref writer, call);
        writer.Write("\r\n"u8);
        writer.Write(wholeBody);
        return new Http1Request
        {
            Buffer = buffer,
            Length = writer.Length,
            IsHead = head.Method.SequenceEqual("HEAD"u8),
            IsUpgrade = isUpgrade,
            AuthenticatesConnection = kind.HasFlag(RequestKind.AuthenticatesConnection),
            AsksToContinue = kind.HasFlag(RequestKind.AsksToContinue),
            ClientConnection = head.ClientConnection.IsEmpty ? null : Encoding.ASCII.GetString(head.ClientConnection),
            IsReplayable = call.Flags.HasFlag(FrameFlags.Replayable),
            Body = hasBody ? call.Body : null,
            BodyLength = bodyLength,
            Interim = call.Interim,
        };
    }

    /// <summary>Checks everything that will be written, and reckons the room for it.</summary>
    private static int Measure(
        in RequestHead head, in FieldLines fields, Http1Target target, out ReadOnlySpan<byte> host, out long? contentLength, out RequestKind kind)
    {
        host = default;
        contentLength = null;
        kind = RequestKind.Plain;
        if (!FieldSyntax.IsToken(head.Method) || !HeadSyntax.IsTarget(head.Target))
        {
            throw new InvalidDataException("The request's method or target can't be sent.");
        }

        var room = FixedRoom + head.Method.Length + target.Path.Length + head.Target.Length + target.Host.Length;
        foreach (var line in fields)
        {
            if (!FieldSyntax.IsToken(line.Name) || !FieldSyntax.IsValue(line.Value))
            {
                throw new InvalidDataException("A field of the request can't be sent.");
            }

            room += line.Name.Length + line.Value.Length + 4;
            if (FieldSection.Is(line.Name, "Host"u8))
            {
                host = line.Value;
            }
            else if (FieldSection.Is(line.Name, "Authorization"u8))
            {
                kind |= ConnectionSchemes.IsIn(line.Value) ? RequestKind.AuthenticatesConnection : RequestKind.Plain;
            }
            else if (FieldSection.Is(line.Name, "Expect"u8))
            {
                kind |= RequestKind.AsksToContinue;
            }
            else if (FieldSection.Is(line.Name, "Content-Length"u8))
            {
                if (!Utf8Parser.TryParse(line.Value, out long length, out var read) || read != line.Value.Length || length < 0 || (contentLength ?? length) != length)
                {
                    throw new InvalidDataException("The request's length can't be sent.");
                }

                contentLength = length;
            }
        }

        return room;
    }

    private static void WriteFields(ref OctetWriter writer, in FieldLines fields, bool isTraced)
    {
        foreach (var line in fields)
        {
            if (!IsWrittenByUs(line.Name, isTraced))
            {
                writer.Field(line.Name, line.Value);
            }
        }
    }

    /// <summary>What frames the message, or is said of the hop, is ours to say, whatever the other side let through.</summary>
    private static bool IsWrittenByUs(ReadOnlySpan<byte> name, bool isTraced) => name.Length switch
    {
        4 => FieldSection.Is(name, "Host"u8),
        10 => FieldSection.Is(name, "Connection"u8) || (isTraced && FieldSection.Is(name, "tracestate"u8)),
        11 => isTraced && FieldSection.Is(name, "traceparent"u8),
        14 => FieldSection.Is(name, "Content-Length"u8),
        17 => FieldSection.Is(name, "Transfer-Encoding"u8),
        _ => false,
    };

    private static void WriteTrace(ref OctetWriter writer, in AppCall call)
    {
        if (call.Activity is not { Id: { } id } activity)
        {
            return;
        }

        writer.Write("traceparent: "u8);
        writer.Write(id);
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            writer.Write("\r\ntracestate: "u8);
            writer.Write(activity.TraceStateString);
        }

        writer.Write("\r\n"u8);
    }

    /// <summary>RFC 9110 section 8.6: without a body these say so.</summary>
    private static bool IsExpectedToHaveBody(ReadOnlySpan<byte> method) =>
        method.SequenceEqual("POST"u8) || method.SequenceEqual("PUT"u8) || method.SequenceEqual("PATCH"u8);
}

using System.Net;
using System.Text;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Makes the request that an HTTP/2 app gets from the head that the gateway sent.</summary>
internal static class AppRequest
{
    public static HttpRequestMessage Create(in RequestHead head, in AppCall call, AppTarget app)
    {
        var target = Encoding.Latin1.GetString(head.Target);
        var request = new HttpRequestMessage(MethodOf(head.Method), app.Resolve(target))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = app.Http2Policy,
            Content = ContentOf(call),
        };

        _ = FieldLines.TryRead(head.FieldSection, out var lines);
        foreach (var line in lines)
        {
            var name = FieldNames.Get(line.Name);
            var value = Encoding.Latin1.GetString(line.Value);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                // A content header: the client library keeps those apart, and needs a content to put them on.
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
            }
        }

        // Ours to say, for this connection: trailers go all the way, and servers of gRPC refuse calls where they might not.
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        if (call.Activity is { } activity)
        {
            request.Headers.Remove("traceparent");
            request.Headers.Remove("tracestate");
            request.Headers.TryAddWithoutValidation("traceparent", activity.Id);
            if (!string.IsNullOrEmpty(activity.TraceStateString))
            {
                request.Headers.TryAddWithoutValidation("tracestate", activity.TraceStateString);
            }
        }

        return request;
    }

    private static HttpContent? ContentOf(in AppCall call) =>
        !call.Flags.HasFlag(FrameFlags.Body) ? null
        : call.Body is { } body ? new AppRequestContent(body)
        : new ReadOnlyMemoryContent(call.WholeBody);

    private static HttpMethod MethodOf(ReadOnlySpan<byte> method) => method switch
    {
        _ when method.SequenceEqual("GET"u8) => HttpMethod.Get,
        _ when method.SequenceEqual("HEAD"u8) => HttpMethod.Head,
        _ when method.SequenceEqual("POST"u8) => HttpMethod.Post,
        _ when method.SequenceEqual("PUT"u8) => HttpMethod.Put,
        _ when method.SequenceEqual("DELETE"u8) => HttpMethod.Delete,
        _ when method.SequenceEqual("OPTIONS"u8) => HttpMethod.Options,
        _ when method.SequenceEqual("PATCH"u8) => HttpMethod.Patch,
        _ => new HttpMethod(Encoding.Latin1.GetString(method)),
    };
}

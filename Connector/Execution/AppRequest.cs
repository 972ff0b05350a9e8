using System.Net;
using System.Text;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Makes the request that the app gets from the head that the gateway sent.</summary>
internal static class AppRequest
{
    public static HttpRequestMessage Create(in RequestHead head, FrameFlags flags, AppTarget app, HttpContent? content)
    {
        var target = Encoding.Latin1.GetString(head.Target);
        var isUpgrade = flags.HasFlag(FrameFlags.Upgrade);
        var request = new HttpRequestMessage(MethodOf(head.Method), app.Resolve(target))
        {
            // Only HTTP/1.1 knows the Upgrade header; WebSocket over HTTP/2 is asked for differently.
            Version = isUpgrade ? HttpVersion.Version11 : app.Version,
            VersionPolicy = isUpgrade ? HttpVersionPolicy.RequestVersionExact : app.VersionPolicy,
            Content = content,
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

        if (isUpgrade)
        {
            request.Headers.ConnectionClose = null;
            request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        }

        return request;
    }

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

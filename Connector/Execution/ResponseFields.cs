using System.Net.Http.Headers;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Writes the app's response headers into a frame, less those that concern only the connection to the app (RFC 9110 section 7.6.1).</summary>
internal readonly struct ResponseFields(HttpResponseMessage response) : IFieldSource
{
    public int WriteTo(FrameBuffer frame) => Write(frame, response.Headers.NonValidated) + Write(frame, response.Content.Headers.NonValidated);

    private int Write(FrameBuffer frame, HttpHeadersNonValidated headers)
    {
        var count = 0;
        foreach (var (name, values) in headers)
        {
            if (HopByHop.IsConnectionField(name) || IsNamedByConnection(name))
            {
                continue;
            }

            foreach (var value in values)
            {
                frame.Field(name, value);
                count++;
            }
        }

        return count;
    }

    private bool IsNamedByConnection(string name)
    {
        if (!response.Headers.NonValidated.TryGetValues("Connection", out var options))
        {
            return false;
        }

        foreach (var option in options)
        {
            if (HopByHop.Lists(option, name))
            {
                return true;
            }
        }

        return false;
    }
}

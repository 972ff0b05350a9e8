using System.Net.Http.Headers;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Writes the trailers of the app's response into a frame.</summary>
internal readonly struct TrailerFields(HttpHeaders trailers) : IFieldSource
{
    public int WriteTo(FrameBuffer frame)
    {
        var count = 0;
        foreach (var (name, values) in trailers.NonValidated)
        {
            foreach (var value in values)
            {
                frame.Field(name, value);
                count++;
            }
        }

        return count;
    }
}

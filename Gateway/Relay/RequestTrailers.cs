using AppProxy.Contracts.Frames;
using Microsoft.AspNetCore.Http.Features;

namespace AppProxy.Gateway.Relay;

/// <summary>Writes the trailers of the client's body into a frame.</summary>
internal readonly struct RequestTrailers(HttpRequest request) : IFieldSource
{
    public int WriteTo(FrameBuffer frame)
    {
        if (!request.CheckTrailersAvailable())
        {
            return 0;
        }

        var count = 0;
        foreach (var (name, values) in request.HttpContext.Features.GetRequiredFeature<IHttpRequestTrailersFeature>().Trailers)
        {
            if (!TrailerNames.MayPass(name))
            {
                continue;
            }

            foreach (var value in values)
            {
                frame.Field(name, value ?? "");
                count++;
            }
        }

        return count;
    }
}

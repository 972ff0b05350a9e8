using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>Writes the field lines of a response's head into a frame.</summary>
internal readonly struct AppFields(IAppResponse response) : IFieldSource
{
    public int WriteTo(FrameBuffer frame) => response.WriteFields(frame);
}

/// <summary>Writes the trailers of a response into a frame.</summary>
internal readonly struct AppTrailers(IAppResponse response) : IFieldSource
{
    public int WriteTo(FrameBuffer frame) => response.WriteTrailers(frame);
}

namespace AppProxy.Contracts.Frames;

/// <summary>Kinds of frames. The numbers are wire format.</summary>
public enum FrameType : byte
{
    /// <summary>Not a frame.</summary>
    None = 0,

    /// <summary>Gateway → queue: the request's head.</summary>
    RequestHead = 1,

    /// <summary>More of the fields of a head that did not fit one message.</summary>
    HeadContinuation = 2,

    /// <summary>Connector → gateway: "I have it; here is my uplink".</summary>
    Claim = 3,

    /// <summary>Connector → gateway: the response's head, interim or final.</summary>
    ResponseHead = 4,

    /// <summary>A piece of a body, at an offset. On an uplink the first one, even an empty one, grants a claim.</summary>
    Data = 5,

    /// <summary>The body is complete; trailers.</summary>
    End = 6,

    /// <summary>The body may be sent up to an offset.</summary>
    Window = 7,

    /// <summary>The exchange is over, with a reason.</summary>
    Reset = 8,

    /// <summary>An instance is alive and has these exchanges.</summary>
    Heartbeat = 9,
}

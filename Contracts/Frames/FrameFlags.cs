namespace AppProxy.Contracts.Frames;

/// <summary>Flags of a frame; each bit has one meaning for all types that use it. The numbers are wire format.</summary>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>RequestHead: may be run again unseen, and is complete in its message.</summary>
    Replayable = 0x01,

    /// <summary>RequestHead: the client asks for an upgraded connection.</summary>
    Upgrade = 0x02,

    /// <summary>RequestHead: a body follows.</summary>
    Body = 0x04,

    /// <summary>RequestHead: the client came over TLS.</summary>
    Https = 0x08,

    /// <summary>RequestHead, ResponseHead, HeadContinuation: more fields follow in a HeadContinuation. Heartbeat: more of the list follows.</summary>
    Continued = 0x10,

    /// <summary>ResponseHead: an interim (1xx) response; another head follows.</summary>
    Interim = 0x20,

    /// <summary>ResponseHead: the body's whole length is in this message, so its End follows at once.</summary>
    Complete = 0x40,

    /// <summary>Reset of a connector: it sent nothing to the app, which another connector may reach. The reason is what the client is told if none does.</summary>
    UnreachableHere = 0x80,
}

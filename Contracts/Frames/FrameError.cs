namespace AppProxy.Contracts.Frames;

/// <summary>Why bytes are not frames. Closed; each is counted under its name.</summary>
public enum FrameError
{
    /// <summary>They are.</summary>
    None,

    /// <summary>The message does not begin with the relay's preamble.</summary>
    NotARelayMessage,

    /// <summary>A version that this side does not speak.</summary>
    UnsupportedVersion,

    /// <summary>A length is beyond its limit, or beyond the bytes at hand.</summary>
    Length,

    /// <summary>A frame type that this version does not know.</summary>
    UnknownType,

    /// <summary>A number outside its range.</summary>
    Value,

    /// <summary>Bytes after the last field of a payload.</summary>
    TrailingBytes,
}

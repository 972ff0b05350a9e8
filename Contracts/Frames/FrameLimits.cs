namespace AppProxy.Contracts.Frames;

/// <summary>Bounds that a reader checks before it takes anything from a length it was told.</summary>
public static class FrameLimits
{
    /// <summary>Largest frame in octets: one frame never needs more than one message, and no broker in use takes larger ones by default.</summary>
    public const int MaxFrameLength = 1024 * 1024;

    /// <summary>Most body octets that a sender puts in one Data frame. 64 KB fits the smallest broker message (256 KB) several times.</summary>
    public const int MaxDataLength = 64 * 1024;

    /// <summary>Octets of a body that one Data frame is filled with: with everything around them they fit a buffer of 64 KB on the way.</summary>
    public const int DataPiece = 60 * 1024;

    /// <summary>Largest head in octets, with its continuations. A setting may lower it.</summary>
    public const int MaxHeadLength = 4 * 1024 * 1024;

    /// <summary>Most fields in one head or trailer section.</summary>
    public const int MaxFields = 4096;

    /// <summary>Most exchanges in one heartbeat frame; more are continued in the next.</summary>
    public const int MaxHeartbeatEntries = 1024;
}

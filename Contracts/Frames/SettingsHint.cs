namespace AppProxy.Contracts.Frames;

/// <summary>
/// The version of its settings in a gateway's heartbeat: in the header's send number and nonce, which a heartbeat has no other use for. It is unix
/// milliseconds, so 48 bits last; a reader that does not know of it passes over it.
/// </summary>
internal static class SettingsHint
{
    public static Attempt Write(long version) => new((ushort)(version >> 32), (uint)version);

    /// <summary>0 where nothing is said.</summary>
    public static long Read(in FrameHeader header) => ((long)header.Attempt.Send << 32) | header.Attempt.Nonce;
}

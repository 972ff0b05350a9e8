namespace AppProxy.Contracts.Frames;

/// <summary>Writes field lines into a frame straight from where they are, such as a server's header dictionary.</summary>
public interface IFieldSource
{
    /// <summary>Writes each line with <see cref="FrameBuffer.Field(string, string)"/> and returns how many, at most <see cref="FrameLimits.MaxFields"/>. When it throws, or there are more, the whole frame is taken back.</summary>
    int WriteTo(FrameBuffer frame);
}

/// <summary>No field lines.</summary>
public readonly record struct NoFields : IFieldSource
{
    /// <inheritdoc/>
    public int WriteTo(FrameBuffer frame) => 0;
}

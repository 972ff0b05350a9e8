namespace AppProxy.Contracts.Frames;

/// <summary>One frame inside a message: its header and a slice of the message.</summary>
public readonly record struct Frame(FrameHeader Header, ReadOnlyMemory<byte> Payload);

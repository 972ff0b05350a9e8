namespace AppProxy.Contracts.Frames;

/// <summary>A field source wrote more lines than <see cref="FrameLimits.MaxFields"/>; the frame was not written.</summary>
public sealed class TooManyFieldsException() : Exception($"More than {FrameLimits.MaxFields} fields in one section.");

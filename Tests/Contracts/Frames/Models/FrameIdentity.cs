using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Models;

/// <summary>What every frame's header says beside type and flags.</summary>
internal sealed record FrameIdentity(ExchangeId Exchange, Attempt Attempt, uint Sequence);

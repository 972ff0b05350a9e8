using System.Buffers;

namespace AppProxy.Fuzz.Targets;

/// <summary>Something that reads bytes from strangers.</summary>
internal sealed record FuzzTarget
{
    /// <summary>Name on the command line, and of its folders below Corpus and Crashes.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Feeds one input. It catches the failure that the parser documents; anything else that escapes is a finding.
    /// The second argument is unused: this delegate type is one that both copies of this assembly share (see <see cref="Instrumenting.InstrumentedContext"/>).
    /// </summary>
    public required ReadOnlySpanAction<byte, object?> Run { get; init; }

    /// <summary>Words of the format, such as magic numbers, that chance alone would take long to find.</summary>
    public IReadOnlyList<byte[]> Dictionary { get; init; } = [];

    /// <summary>Longest input worth trying, in bytes.</summary>
    public int MaxLength { get; init; } = 4096;

    /// <summary>Has a bug on purpose, to prove that the fuzzer finds it; left out unless asked for by name.</summary>
    public bool IsPlanted { get; init; }
}

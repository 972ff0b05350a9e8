using System.Buffers;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>
/// Translates the links of one document that comes in pieces, however it is cut: what is written depends on the octets alone. What cannot
/// be judged yet is left to be given again with more behind it; that is never more than the beginning of one link.
/// </summary>
internal interface ILinkTranslator
{
    /// <summary>Begins another document.</summary>
    void Reset();

    /// <summary>Writes what can be judged of <paramref name="input"/> and returns how many octets that were: all of them at the end.</summary>
    int Translate(ReadOnlySpan<byte> input, bool isEnd, IBufferWriter<byte> output);
}

using System.Text;

namespace AppProxy.Gateway.Hosting;

/// <summary>
/// How Kestrel reads the values of Connection, so that no option gets lost that names a field of this connection only. Kestrel replaces
/// the whole field by <c>close</c>, <c>keep-alive</c> or <c>Upgrade</c> when that is all it knows of in it, before any code of ours runs,
/// and the named field would cross. It leaves a field alone that has two options it knows:
/// <para>1. <c>close</c> and <c>Upgrade</c> get <c>keep-alive</c> beside them, which changes nothing: either one wins;</para>
/// <para>2. <c>keep-alive</c> is taken out where it stands beside others, and left where it stands alone: then nothing can get lost, and a
/// client of HTTP/1.0 has its connection kept.</para>
/// </summary>
/// <remarks>Costs a few comparisons for each request that has the field, and one string where the value is more than <c>keep-alive</c>.</remarks>
internal sealed class ConnectionOptionsEncoding : Encoding
{
    /// <summary>What <c>Connection: close</c> is read as.</summary>
    public const string Close = "close, keep-alive";

    /// <summary>What <c>Connection: Upgrade</c> is read as.</summary>
    public const string Upgrade = "Upgrade, keep-alive";

    public static readonly ConnectionOptionsEncoding Instance = new();

    private ConnectionOptionsEncoding()
    {
    }

    public override unsafe int GetCharCount(byte* bytes, int count) => Decode(new ReadOnlySpan<byte>(bytes, count), default);

    public override unsafe int GetChars(byte* bytes, int byteCount, char* chars, int charCount) =>
        Decode(new ReadOnlySpan<byte>(bytes, byteCount), new Span<char>(chars, charCount));

    public override int GetCharCount(byte[] bytes, int index, int count) => Decode(bytes.AsSpan(index, count), default);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        Decode(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    public override int GetMaxCharCount(int byteCount) => (byteCount * 2) + Close.Length;

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);

    /// <summary>Writes, or only counts when there is nowhere to write to.</summary>
    private static int Decode(ReadOnlySpan<byte> value, Span<char> chars)
    {
        if (Ascii.EqualsIgnoreCase(value.Trim(" \t"u8), "keep-alive"u8))
        {
            return Append("keep-alive"u8, 0, chars);
        }

        var length = 0;
        var isKnown = false;
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            if (option.IsEmpty || Ascii.EqualsIgnoreCase(option, "keep-alive"u8))
            {
                continue;
            }

            length = Append(option, Append(length > 0 ? ", "u8 : default, length, chars), chars);
            isKnown = isKnown || Ascii.EqualsIgnoreCase(option, "close"u8) || Ascii.EqualsIgnoreCase(option, "upgrade"u8);
        }

        return isKnown ? Append(", keep-alive"u8, length, chars) : length;
    }

    private static int Append(ReadOnlySpan<byte> octets, int length, Span<char> chars)
    {
        if (!chars.IsEmpty)
        {
            Latin1.GetChars(octets, chars[length..]);
        }

        return length + octets.Length;
    }
}

using System.Text;

namespace AppProxy.Gateway.Hosting;

/// <summary>How Kestrel reads Content-Length, which is digits and nothing else (RFC 9110 section 8.6): left to itself it takes a sign too.</summary>
internal sealed class DigitsEncoding : Encoding
{
    public static readonly DigitsEncoding Instance = new();

    /// <summary>What anything else is read as, so that it is no number for Kestrel either.</summary>
    private const char NoDigit = '?';

    private DigitsEncoding()
    {
    }

    public override unsafe int GetChars(byte* bytes, int byteCount, char* chars, int charCount) =>
        Decode(new ReadOnlySpan<byte>(bytes, byteCount), new Span<char>(chars, charCount));

    public override int GetCharCount(byte[] bytes, int index, int count) => count;

    public override unsafe int GetCharCount(byte* bytes, int count) => count;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        Decode(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    public override int GetMaxCharCount(int byteCount) => byteCount;

    public override int GetByteCount(char[] chars, int index, int count) => count;

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => charCount;

    private static int Decode(ReadOnlySpan<byte> octets, Span<char> chars)
    {
        for (var i = 0; i < octets.Length; i++)
        {
            chars[i] = char.IsAsciiDigit((char)octets[i]) ? (char)octets[i] : NoDigit;
        }

        return octets.Length;
    }
}

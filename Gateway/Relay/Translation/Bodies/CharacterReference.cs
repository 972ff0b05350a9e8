namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>Character references (HTML section 13.5) of ASCII: by number, and the few names that URLs are written with.</summary>
internal static class CharacterReference
{
    /// <summary>Longest one that is read: <c>&amp;#x000002F;</c>.</summary>
    private const int Longest = 12;

    /// <param name="text">Begins with the ampersand.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, out byte character, out int length)
    {
        character = 0;
        length = 0;
        var end = text[..Math.Min(text.Length, Longest)].IndexOf((byte)';');
        if (end < 2)
        {
            return false;
        }

        length = end + 1;
        var name = text[1..end];
        character = name[0] == '#' ? Number(name[1..]) : Named(name);
        return character != 0;
    }

    private static byte Number(ReadOnlySpan<byte> digits)
    {
        var isHex = digits is [(byte)'x' or (byte)'X', _, ..];
        var value = 0;
        foreach (var digit in isHex ? digits[1..] : digits)
        {
            if (!(isHex ? char.IsAsciiHexDigit((char)digit) : char.IsAsciiDigit((char)digit)))
            {
                return 0;
            }

            value = Math.Min((value * (isHex ? 16 : 10)) + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10), 0x80);
        }

        return value < 0x80 ? (byte)value : (byte)0;
    }

    private static byte Named(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("amp"u8) => (byte)'&',
        _ when name.SequenceEqual("sol"u8) => (byte)'/',
        _ when name.SequenceEqual("colon"u8) => (byte)':',
        _ when name.SequenceEqual("period"u8) => (byte)'.',
        _ when name.SequenceEqual("quot"u8) => (byte)'"',
        _ when name.SequenceEqual("apos"u8) => (byte)'\'',
        _ => 0,
    };
}

using System.Buffers;

namespace AppProxy.Contracts.Frames;

/// <summary>What may stand in a field line, whoever writes it (RFC 9110 section 5).</summary>
internal static class FieldSyntax
{
    private const string Token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(Token);
    private static readonly SearchValues<byte> TokenOctets = SearchValues.Create([.. Token.Select(static character => (byte)character)]);
    private static readonly SearchValues<byte> LineBreakers = SearchValues.Create("\0\r\n"u8);

    /// <summary>Whether it can be a field's name, or a method (RFC 9110 section 5.6.2).</summary>
    public static bool IsToken(ReadOnlySpan<byte> octets) => !octets.IsEmpty && !octets.ContainsAnyExcept(TokenOctets);

    /// <inheritdoc cref="IsToken(ReadOnlySpan{byte})"/>
    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>Whether it ends no line early. Other controls pass: RFC 9110 section 5.5 calls these three dangerous.</summary>
    public static bool IsValue(ReadOnlySpan<byte> octets) => !octets.ContainsAny(LineBreakers);
}

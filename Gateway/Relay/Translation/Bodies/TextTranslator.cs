using System.Buffers;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>
/// Links in JavaScript, JSON, event streams and XML: absolute URLs wherever they stand; URLs without a scheme, and paths below the app's
/// internal one, at the beginning of a string. No grammar is read: an internal URL is a link in whatever it stands.
/// </summary>
/// <remarks>A path of an app whose internal URL has none is not told from other text that begins with a slash, and stays.</remarks>
internal sealed class TextTranslator(LinkRewriter links, bool isXml) : ILinkTranslator
{
    private const int LongestScheme = 5;

    private static readonly SearchValues<byte> Marks = SearchValues.Create(":/"u8);
    private static readonly SearchValues<byte> Ends = SearchValues.Create([.. Enumerable.Range(0, 0x21).Select(static octet => (byte)octet), .. "\"'`<>"u8]);

    private readonly LinkEscapes _escapes = isXml ? LinkEscapes.References : LinkEscapes.Slashes;
    private readonly PathLinks _paths = links.Urls.InternalPrefix.Length > 0 ? PathLinks.Own : PathLinks.None;

    /// <summary>The two octets ahead of the input.</summary>
    private byte _last;
    private byte _lastButOne;

    public void Reset() => (_last, _lastButOne) = (0, 0);

    public int Translate(ReadOnlySpan<byte> input, bool isEnd, IBufferWriter<byte> output)
    {
        var copied = 0;
        var at = 0;
        while (at < input.Length && input[at..].IndexOfAny(Marks) is >= 0 and var mark)
        {
            at += mark;
            var start = input[at] == ':' ? StartOfScheme(input, at, copied) : StartOfString(input, at, copied);
            if (start < 0)
            {
                at++;
                continue;
            }

            var end = input[start..].IndexOfAny(Ends);
            var link = end < 0 ? input[start..] : input.Slice(start, end);
            var before = input[copied..start];
            if (!before.IsEmpty)
            {
                output.Write(before);
                copied = start;
            }

            switch (links.Rewrite(link, end >= 0 || isEnd, _escapes, _paths, output, out var length))
            {
                case LinkOutcome.Undecided:
                    return Keep(input[..start]);
                case LinkOutcome.Replaced:
                    copied = start + length;
                    at = Math.Max(copied, at + 1);
                    break;
                default:
                    at++;
                    break;
            }
        }

        var done = isEnd ? input.Length : input.Length - Held(input, copied);
        output.Write(input[copied..done]);
        return Keep(input[..done]);
    }

    private int Keep(ReadOnlySpan<byte> done)
    {
        if (done.Length > 0)
        {
            (_lastButOne, _last) = (done.Length > 1 ? done[^2] : _last, done[^1]);
        }

        return done.Length;
    }

    private byte Before(ReadOnlySpan<byte> input, int at, int distance) => (at - distance) switch
    {
        >= 0 and var index => input[index],
        -1 => _last,
        _ => _lastButOne,
    };

    /// <summary>Where the scheme begins whose colon that is.</summary>
    private int StartOfScheme(ReadOnlySpan<byte> input, int colon, int from)
    {
        for (var length = 2; length <= LongestScheme && colon - length >= from; length++)
        {
            var start = colon - length;
            if (IsScheme(input.Slice(start, length), isWhole: true) && IsFree(input, start))
            {
                return start;
            }
        }

        return -1;
    }

    /// <summary>Where the string begins whose first character that slash is.</summary>
    private int StartOfString(ReadOnlySpan<byte> input, int slash, int from)
    {
        var start = slash > from && input[slash - 1] == '\\' ? slash - 1 : slash;
        return IsOpening(Before(input, start, 1)) ? start : -1;
    }

    private bool IsOpening(byte octet) => octet is (byte)'"' or (byte)'\'' || (isXml ? octet == '>' : octet == '`');

    /// <summary>Whether a scheme that begins here is not the end of another word.</summary>
    private bool IsFree(ReadOnlySpan<byte> input, int start)
    {
        var before = (char)Before(input, start, 1);
        return !(char.IsAsciiLetterOrDigit(before) || before is '+' or '-' or '.')
            || (!isXml && before is 'n' or 'r' or 't' && Before(input, start, 2) == '\\');
    }

    private static bool IsScheme(ReadOnlySpan<byte> text, bool isWhole)
    {
        foreach (var scheme in (ReadOnlySpan<string>)["http", "https", "ws", "wss"])
        {
            if ((isWhole ? text.Length == scheme.Length : text.Length <= scheme.Length) && System.Text.Ascii.EqualsIgnoreCase(text, scheme.AsSpan(0, text.Length)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How much at the end may be the beginning of a link.</summary>
    private int Held(ReadOnlySpan<byte> input, int from)
    {
        for (var length = Math.Min(LongestScheme, input.Length - from); length > 0; length--)
        {
            var start = input.Length - length;
            if (IsScheme(input[start..], isWhole: false) && IsFree(input, start))
            {
                return length;
            }
        }

        return input.Length > from && input[^1] == '\\' && IsOpening(Before(input, input.Length - 1, 1)) ? 1 : 0;
    }
}

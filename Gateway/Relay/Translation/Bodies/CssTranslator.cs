using System.Buffers;
using System.Text;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>Links in style sheets, and in style attributes: url(), src(), image-set() and @import (CSS Syntax section 4). Comments and other strings stay.</summary>
internal sealed class CssTranslator(LinkRewriter links, LinkEscapes escapes) : ILinkTranslator
{
    private const int LongestWord = 24;

    private static readonly SearchValues<byte> Marks = SearchValues.Create("()\"'/@\\;{}"u8);
    private static readonly SearchValues<byte> EndOfAddress = SearchValues.Create(" \t\n\r\f)"u8);
    private static readonly byte[] Import = "@import"u8.ToArray();

    private readonly byte[] _word = new byte[LongestWord];
    private int _wordLength;
    private State _state;
    private byte _quote;
    private int _depth;
    private int _imageSet;
    private bool _isImport;

    private enum State
    {
        Text,
        Escape,
        Comment,
        String,
        StringEscape,

        /// <summary>Behind "url(".</summary>
        Function,
        Link,

        /// <summary>The rest of a URL without quotes.</summary>
        Address,
    }

    public void Reset()
    {
        _state = State.Text;
        (_wordLength, _depth, _imageSet, _isImport) = (0, 0, 0, false);
    }

    public int Translate(ReadOnlySpan<byte> input, bool isEnd, IBufferWriter<byte> output)
    {
        var copied = 0;
        var at = 0;
        var needsMore = false;
        while (at < input.Length && !needsMore)
        {
            switch (_state)
            {
                case State.Text:
                    needsMore = !ReadText(input, ref at, isEnd);
                    break;
                case State.Escape:
                    at++;
                    _state = State.Text;
                    break;
                case State.StringEscape:
                    at++;
                    _state = State.String;
                    break;
                case State.Comment:
                    needsMore = !ReadComment(input, ref at, isEnd);
                    break;
                case State.String:
                    ReadString(input, ref at);
                    break;
                case State.Function:
                    needsMore = !ReadFunction(input, ref at, isEnd);
                    break;
                case State.Address:
                    ReadAddress(input, ref at);
                    break;
                default:
                    output.Write(input[copied..at]);
                    copied = at;
                    needsMore = !ReadLink(input, ref at, isEnd, output, ref copied);
                    break;
            }
        }

        at = isEnd ? input.Length : at;
        output.Write(input[copied..at]);
        KeepWord(input[..at]);
        return at;
    }

    private static bool IsSpace(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f';

    private static bool IsOfWord(byte octet) => char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'_' or >= 0x80;

    private bool ReadText(ReadOnlySpan<byte> input, ref int at, bool isEnd)
    {
        var mark = input[at..].IndexOfAny(Marks);
        if (mark < 0)
        {
            at = input.Length;
            return true;
        }

        var start = at + mark;
        at = start + 1;
        switch (input[start])
        {
            case (byte)'\\':
                _state = State.Escape;
                break;
            case (byte)'/' when at == input.Length:
                at = isEnd ? at : start;
                return isEnd;
            case (byte)'/':
                (_state, at) = input[at] == '*' ? (State.Comment, at + 1) : (State.Text, at);
                break;
            case (byte)'"' or (byte)'\'':
                _quote = input[start];
                _state = _isImport || _imageSet > 0 ? State.Link : State.String;
                break;
            case (byte)'(':
                Open(input[..start]);
                break;
            case (byte)')':
                _imageSet = _imageSet == _depth ? 0 : _imageSet;
                _depth = Math.Max(0, _depth - 1);
                break;
            case (byte)'@':
                var word = input[start..Math.Min(input.Length, start + Import.Length + 1)];
                if (word.Length <= Import.Length && !isEnd && Ascii.EqualsIgnoreCase(word, Import.AsSpan(0, word.Length)))
                {
                    at = start;
                    return false;
                }

                _isImport = word.Length > Import.Length && Ascii.EqualsIgnoreCase(word[..^1], Import) && !IsOfWord(word[^1]);
                break;
            default:
                // A rule ends, and whatever was left open in it.
                _isImport = false;
                (_depth, _imageSet) = input[start] == ';' && _depth > 0 ? (_depth, _imageSet) : (0, 0);
                break;
        }

        return true;
    }

    /// <summary>A parenthesis: which function it is of stands ahead of it, perhaps in an earlier piece.</summary>
    private void Open(ReadOnlySpan<byte> before)
    {
        _depth++;
        Span<byte> word = stackalloc byte[2 * LongestWord];
        var length = Word(before, word);
        var name = word[..length];
        if (Ascii.EqualsIgnoreCase(name, "url"u8) || Ascii.EqualsIgnoreCase(name, "src"u8))
        {
            _state = State.Function;
        }
        else if (Ascii.EqualsIgnoreCase(name, "image-set"u8) || Ascii.EqualsIgnoreCase(name, "-webkit-image-set"u8))
        {
            _imageSet = _depth;
        }
    }

    private int Word(ReadOnlySpan<byte> before, Span<byte> word)
    {
        var start = before.Length;
        while (start > 0 && before.Length - start < LongestWord && IsOfWord(before[start - 1]))
        {
            start--;
        }

        var length = start == 0 ? _wordLength : 0;
        _word.AsSpan(0, length).CopyTo(word);
        before[start..].CopyTo(word[length..]);
        return length + before.Length - start;
    }

    /// <summary>What the piece ends with may be the name of a function. One that is too long is kept too long.</summary>
    private void KeepWord(ReadOnlySpan<byte> done)
    {
        Span<byte> word = stackalloc byte[2 * LongestWord];
        var length = Word(done, word);
        word[Math.Max(0, length - LongestWord)..length].CopyTo(_word);
        _wordLength = Math.Min(length, LongestWord);
    }

    private bool ReadComment(ReadOnlySpan<byte> input, ref int at, bool isEnd)
    {
        var end = input[at..].IndexOf("*/"u8);
        if (end >= 0)
        {
            at += end + 2;
            _state = State.Text;
            return true;
        }

        at = !isEnd && input[^1] == '*' ? input.Length - 1 : input.Length;
        return at == input.Length;
    }

    private void ReadString(ReadOnlySpan<byte> input, ref int at)
    {
        var end = input[at..].IndexOfAny(_quote, (byte)'\\', (byte)'\n');
        at = end < 0 ? input.Length : at + end + 1;
        if (end >= 0)
        {
            _state = input[at - 1] == '\\' ? State.StringEscape : State.Text;
            _isImport &= _state != State.Text;
        }
    }

    private bool ReadFunction(ReadOnlySpan<byte> input, ref int at, bool isEnd)
    {
        while (at < input.Length && IsSpace(input[at]))
        {
            at++;
        }

        if (at == input.Length)
        {
            return true;
        }

        _quote = 0;
        if (input[at] is (byte)'"' or (byte)'\'')
        {
            _quote = input[at++];
        }
        else if (escapes == LinkEscapes.References && input[at] == '&')
        {
            if (!input[at..].Contains((byte)';') && input.Length - at < 12 && !isEnd)
            {
                return false;
            }

            if (CharacterReference.TryRead(input[at..], out var character, out var length) && character is (byte)'"' or (byte)'\'')
            {
                at += length;
            }
        }

        _state = State.Link;
        return true;
    }

    private bool ReadLink(ReadOnlySpan<byte> input, ref int at, bool isEnd, IBufferWriter<byte> output, ref int copied)
    {
        var rest = input[at..];
        var end = _quote == 0 ? rest.IndexOfAny(EndOfAddress) : rest.IndexOfAny(_quote, (byte)'\n');
        var link = end < 0 ? rest : rest[..end];
        var outcome = links.Rewrite(link, end >= 0 || isEnd, escapes, PathLinks.All, output, out var length);
        if (outcome == LinkOutcome.Undecided)
        {
            return false;
        }

        at += length;
        copied = at;
        _state = _quote == 0 ? State.Address : State.String;
        return true;
    }

    private void ReadAddress(ReadOnlySpan<byte> input, ref int at)
    {
        // The parenthesis is read as text; one behind a backslash is part of the URL, and ends it here without harm.
        var end = input[at..].IndexOf((byte)')');
        at = end < 0 ? input.Length : at + end;
        _state = end < 0 ? State.Address : State.Text;
    }
}

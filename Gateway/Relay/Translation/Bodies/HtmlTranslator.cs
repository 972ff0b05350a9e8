using System.Buffers;
using System.Text;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>
/// Links in HTML, XHTML and SVG: the attributes that are URLs, style sheets, and scripts where wanted (HTML section 13.2.5, as far as it tells tags from
/// text). Comments and text stay. Nothing is built of it and nothing repaired: what is no link goes out as it came in.
/// </summary>
internal sealed class HtmlTranslator : ILinkTranslator
{
    private static readonly SearchValues<byte> EndOfTagName = SearchValues.Create(" \t\n\r\f/>"u8);
    private static readonly SearchValues<byte> EndOfName = SearchValues.Create(" \t\n\r\f/>="u8);
    private static readonly SearchValues<byte> EndOfUnquoted = SearchValues.Create(" \t\n\r\f>"u8);

    private readonly bool _isXml;
    private readonly CssTranslator _styleSheet;
    private readonly TextTranslator? _script;
    private readonly AttributeTranslator _attribute;
    private readonly byte[] _element = new byte[HtmlNames.Longest];
    private int _elementLength;
    private HtmlContent _content;
    private State _state;
    private byte _quote;
    private bool _isClosed;
    private int _copied;

    public HtmlTranslator(LinkRewriter links, bool isXml, bool hasScripts)
    {
        _isXml = isXml;
        _styleSheet = new CssTranslator(links, LinkEscapes.None);
        _script = hasScripts ? new TextTranslator(links, isXml: false) : null;
        _attribute = new AttributeTranslator(links, hasScripts);
    }

    private enum State
    {
        Markup,
        Comment,
        Declaration,
        CharacterData,
        Tag,
        AttributeName,
        BeforeValue,
        Value,
        Content,
        Plaintext,
    }

    public void Reset() => _state = State.Markup;

    public int Translate(ReadOnlySpan<byte> input, bool isEnd, IBufferWriter<byte> output)
    {
        _copied = 0;
        var at = 0;
        var goesOn = true;
        while (at < input.Length && goesOn)
        {
            goesOn = _state switch
            {
                State.Markup => ReadMarkup(input, ref at, isEnd),
                State.Comment => ReadTo("-->"u8, input, ref at, isEnd),
                State.Declaration => ReadTo(">"u8, input, ref at, isEnd),
                State.CharacterData => ReadTo("]]>"u8, input, ref at, isEnd),
                State.Tag => ReadTag(input, ref at, isEnd),
                State.AttributeName => ReadEquals(input, ref at),
                State.BeforeValue => ReadQuote(input, ref at),
                State.Value => ReadValue(input, ref at, isEnd, output),
                State.Content => ReadContent(input, ref at, isEnd, output),
                _ => ReadAll(input, ref at),
            };
        }

        at = isEnd ? input.Length : at;
        output.Write(input[_copied..at]);
        return at;
    }

    private static bool IsSpace(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f';

    private static bool ReadAll(ReadOnlySpan<byte> input, ref int at)
    {
        at = input.Length;
        return true;
    }

    /// <summary>Text up to a tag, and the tag's name.</summary>
    private bool ReadMarkup(ReadOnlySpan<byte> input, ref int at, bool isEnd)
    {
        var open = input[at..].IndexOf((byte)'<');
        if (open < 0)
        {
            return ReadAll(input, ref at);
        }

        at += open;
        var rest = input[at..];
        if (rest.Length < 2)
        {
            return false;
        }

        if (char.IsAsciiLetter((char)rest[1]))
        {
            return ReadElement(rest, ref at, isEnd);
        }

        switch (rest[1])
        {
            case (byte)'!':
                return ReadDeclaration(rest, ref at, isEnd);
            case (byte)'?':
                _state = State.Declaration;
                break;
            case (byte)'/' when rest.Length == 2:
                return false;
            case (byte)'/' when char.IsAsciiLetter((char)rest[2]):
                // An end tag: its name is passed over like an attribute's.
                _content = HtmlContent.Markup;
                _state = State.Tag;
                break;
            case (byte)'/':
                _state = rest[2] == '>' ? State.Markup : State.Declaration;
                break;
            default:
                at--;
                break;
        }

        at += 2;
        return true;
    }

    private bool ReadElement(ReadOnlySpan<byte> rest, ref int at, bool isEnd)
    {
        var length = rest[1..].IndexOfAny(EndOfTagName);
        if (length < 0)
        {
            if (rest.Length <= HtmlNames.Longest && !isEnd)
            {
                return false;
            }

            length = rest.Length - 1;
        }

        length = Math.Min(length, HtmlNames.Longest);
        Ascii.ToLower(rest.Slice(1, length), _element, out _elementLength);
        _content = HtmlNames.ContentOf(_element.AsSpan(0, _elementLength));
        _isClosed = false;
        _state = State.Tag;
        at += 1 + length;
        return true;
    }

    private bool ReadDeclaration(ReadOnlySpan<byte> rest, ref int at, bool isEnd)
    {
        foreach (var (text, state, skip) in (ReadOnlySpan<(string, State, int)>)[("<!--", State.Comment, 2), ("<![CDATA[", State.CharacterData, 9)])
        {
            if (state == State.CharacterData && !_isXml)
            {
                continue;
            }

            var seen = Math.Min(text.Length, rest.Length);
            if (Ascii.Equals(rest[..seen], text.AsSpan(0, seen)))
            {
                if (seen < text.Length && !isEnd)
                {
                    return false;
                }

                // "<!-->" is a whole comment.
                at += Math.Min(skip, rest.Length);
                _state = state;
                return true;
            }
        }

        at += 2;
        _state = State.Declaration;
        return true;
    }

    private bool ReadTo(ReadOnlySpan<byte> end, ReadOnlySpan<byte> input, ref int at, bool isEnd)
    {
        var found = input[at..].IndexOf(end);
        if (found >= 0)
        {
            at += found + end.Length;
            _state = State.Markup;
            return true;
        }

        at = isEnd ? input.Length : Math.Max(at, input.Length - end.Length + 1);
        return isEnd || end.Length == 1;
    }

    /// <summary>Between attributes, and their names.</summary>
    private bool ReadTag(ReadOnlySpan<byte> input, ref int at, bool isEnd)
    {
        var octet = input[at];
        if (IsSpace(octet) || octet == '/')
        {
            _isClosed = octet == '/';
            at++;
            return true;
        }

        if (octet == '>')
        {
            at++;
            Enter();
            return true;
        }

        var rest = input[at..];
        var length = rest[1..].IndexOfAny(EndOfName) + 1;
        if (length == 0)
        {
            if (rest.Length <= HtmlNames.Longest && !isEnd)
            {
                return false;
            }

            length = rest.Length;
        }

        length = Math.Min(length, HtmlNames.Longest);
        Span<byte> name = stackalloc byte[HtmlNames.Longest];
        Ascii.ToLower(rest[..length], name, out _);
        _attribute.Begin(HtmlNames.ValueOf(name[..length], _content));
        _isClosed = false;
        _state = State.AttributeName;
        at += length;
        return true;
    }

    private void Enter()
    {
        _state = _content switch
        {
            _ when _isXml && _isClosed => State.Markup,
            HtmlContent.Script or HtmlContent.Style => State.Content,
            HtmlContent.Text when !_isXml => State.Content,
            HtmlContent.Plaintext when !_isXml => State.Plaintext,
            _ => State.Markup,
        };
        _styleSheet.Reset();
        _script?.Reset();
    }

    private bool ReadEquals(ReadOnlySpan<byte> input, ref int at)
    {
        if (IsSpace(input[at]))
        {
            at++;
        }
        else if (input[at] == '=')
        {
            at++;
            _state = State.BeforeValue;
        }
        else
        {
            _state = State.Tag;
        }

        return true;
    }

    private bool ReadQuote(ReadOnlySpan<byte> input, ref int at)
    {
        var octet = input[at];
        if (IsSpace(octet))
        {
            at++;
            return true;
        }

        if (octet == '>')
        {
            _state = State.Tag;
            return true;
        }

        _quote = octet is (byte)'"' or (byte)'\'' ? octet : (byte)0;
        at += _quote == 0 ? 0 : 1;
        _state = State.Value;
        return true;
    }

    private bool ReadValue(ReadOnlySpan<byte> input, ref int at, bool isEnd, IBufferWriter<byte> output)
    {
        var rest = input[at..];
        var end = _quote == 0 ? rest.IndexOfAny(EndOfUnquoted) : rest.IndexOf(_quote);
        var value = end < 0 ? rest : rest[..end];
        var done = value.Length;
        if (_attribute.IsLink)
        {
            output.Write(input[_copied..at]);
            done = _attribute.Translate(value, end >= 0 || isEnd, output);
            _copied = at + done;
        }

        at += done;
        if (done < value.Length)
        {
            return false;
        }

        if (end >= 0)
        {
            at += _quote == 0 ? 0 : 1;
            _state = State.Tag;
        }

        return true;
    }

    /// <summary>What is no markup, up to the element's end tag.</summary>
    private bool ReadContent(ReadOnlySpan<byte> input, ref int at, bool isEnd, IBufferWriter<byte> output)
    {
        var rest = input[at..];
        var end = FindEndTag(rest, out var isFound);
        var content = rest[..(isEnd && !isFound ? rest.Length : end)];
        var translator = _content == HtmlContent.Style ? _styleSheet : _content == HtmlContent.Script ? (ILinkTranslator?)_script : null;
        var done = content.Length;
        if (translator is not null)
        {
            output.Write(input[_copied..at]);
            done = translator.Translate(content, isFound || isEnd, output);
            _copied = at + done;
        }

        at += done;
        if (isFound)
        {
            _state = State.Markup;
            return true;
        }

        return at == input.Length;
    }

    /// <summary>Where the end tag begins, or what may be its beginning.</summary>
    private int FindEndTag(ReadOnlySpan<byte> text, out bool isFound)
    {
        isFound = false;
        var from = 0;
        while (text[from..].IndexOf((byte)'<') is >= 0 and var open)
        {
            from += open;
            var tag = text[from..];
            if (tag.Length > 1 && tag[1] != '/')
            {
                from++;
                continue;
            }

            var seen = Math.Clamp(tag.Length - 2, 0, _elementLength);
            if (!Ascii.EqualsIgnoreCase(tag.Slice(Math.Min(2, tag.Length), seen), _element.AsSpan(0, seen)))
            {
                from++;
                continue;
            }

            if (tag.Length < _elementLength + 3)
            {
                return from;
            }

            if (EndOfTagName.Contains(tag[_elementLength + 2]))
            {
                isFound = true;
                return from;
            }

            from++;
        }

        return text.Length;
    }
}

using System.Buffers;
using System.Text;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>Links in one attribute's value, whose end the tag tells.</summary>
internal sealed class AttributeTranslator(LinkRewriter links, bool hasScripts)
{
    private static readonly SearchValues<byte> Spaces = SearchValues.Create(" \t\n\r\f"u8);
    private static readonly SearchValues<byte> PolicySeparators = SearchValues.Create(Encoding.Latin1.GetBytes(ContentSecurityPolicyField.Separators));

    private static readonly SearchValues<byte> ReferenceOctets = SearchValues.Create("#0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly CssTranslator _style = new(links, LinkEscapes.References);
    private readonly TextTranslator? _script = hasScripts ? new TextTranslator(links, isXml: false) : null;
    private HtmlValue _kind;
    private Part _part;
    private bool _endsWithComma;
    private PolicyPlace _place;
    private bool _isRest;

    private enum Part
    {
        /// <summary>Ahead of a URL.</summary>
        Start,

        /// <summary>The rest of one.</summary>
        Url,

        /// <summary>What a source set says of one.</summary>
        Descriptor,
    }

    /// <summary>Whether there is anything to do.</summary>
    public bool IsLink => _kind != HtmlValue.Text;

    public void Begin(HtmlValue kind)
    {
        _kind = kind == HtmlValue.Script && !hasScripts ? HtmlValue.Text : kind;
        _part = Part.Start;
        _style.Reset();
        _script?.Reset();
    }

    /// <summary>As <see cref="ILinkTranslator.Translate"/>.</summary>
    public int Translate(ReadOnlySpan<byte> value, bool isEnd, IBufferWriter<byte> output)
    {
        switch (_kind)
        {
            case HtmlValue.Css:
                return _style.Translate(value, isEnd, output);
            case HtmlValue.Script:
                return _script!.Translate(value, isEnd, output);
            case HtmlValue.Urls or HtmlValue.SourceSet:
                return TranslateList(value, isEnd, output);
            case HtmlValue.Meta when _part == Part.Start:
                return TranslateMeta(value, isEnd, output);
            case HtmlValue.Policy:
                return TranslatePolicy(value, isEnd, output);
            default:
                return TranslateUrl(value, isEnd, output);
        }
    }

    private static bool IsSpace(byte octet) => octet is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f';

    private int TranslateUrl(ReadOnlySpan<byte> value, bool isEnd, IBufferWriter<byte> output)
    {
        var at = 0;
        if (_part == Part.Start)
        {
            while (at < value.Length && IsSpace(value[at]))
            {
                at++;
            }

            output.Write(value[..at]);
            if (at == value.Length && !isEnd)
            {
                return at;
            }

            if (links.Rewrite(value[at..], isEnd, LinkEscapes.References, _kind == HtmlValue.Url ? PathLinks.All : PathLinks.None, output, out var length) == LinkOutcome.Undecided)
            {
                return at;
            }

            at += length;
            _part = Part.Url;
        }

        output.Write(value[at..]);
        return value.Length;
    }

    /// <summary>A semicolon that ends a character reference, as in &amp;#39;self&amp;#39;, ends no directive.</summary>
    private static int EndOfToken(ReadOnlySpan<byte> value)
    {
        for (var from = 0; value[from..].IndexOfAny(PolicySeparators) is var found and >= 0; from += found + 1)
        {
            var end = from + found;
            var reference = value[..end].LastIndexOf((byte)'&');
            if (value[end] != ';' || reference < 0 || reference + 1 == end || value[(reference + 1)..end].ContainsAnyExcept(ReferenceOctets))
            {
                return end;
            }
        }

        return -1;
    }

    private int TranslateList(ReadOnlySpan<byte> value, bool isEnd, IBufferWriter<byte> output)
    {
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[at..];
            int length;
            switch (_part)
            {
                case Part.Start when IsSpace(rest[0]) || (rest[0] == ',' && _kind == HtmlValue.SourceSet):
                    output.Write(rest[..1]);
                    at++;
                    break;
                case Part.Start:
                    var end = rest.IndexOfAny(Spaces);
                    var url = end < 0 ? rest : rest[..end];
                    if (links.Rewrite(url, end >= 0 || isEnd, LinkEscapes.References, PathLinks.All, output, out length) == LinkOutcome.Undecided)
                    {
                        return at;
                    }

                    at += length;
                    _part = Part.Url;
                    _endsWithComma = false;
                    break;
                case Part.Url:
                    length = rest.IndexOfAny(Spaces) is var space and >= 0 ? space : rest.Length;
                    _endsWithComma = length > 0 ? rest[length - 1] == ',' : _endsWithComma;
                    output.Write(rest[..length]);
                    at += length;
                    _part = length == rest.Length ? Part.Url : _kind == HtmlValue.Urls || _endsWithComma ? Part.Start : Part.Descriptor;
                    break;
                default:
                    length = rest.IndexOf((byte)',') is var comma and >= 0 ? comma + 1 : rest.Length;
                    _part = rest[length - 1] == ',' ? Part.Start : Part.Descriptor;
                    output.Write(rest[..length]);
                    at += length;
                    break;
            }
        }

        return at;
    }

    /// <summary>What a meta element's value is, only the element's other attributes tell, and they may come later: it is judged by how it looks.</summary>
    private int TranslateMeta(ReadOnlySpan<byte> value, bool isEnd, IBufferWriter<byte> output)
    {
        if (!isEnd && value.Length < links.MostSeen)
        {
            return 0;
        }

        var seen = value[..Math.Min(value.Length, links.MostSeen)];
        if (RefreshField.TryFindUrl(seen, out var start))
        {
            output.Write(value[..start]);
            _kind = HtmlValue.Url;
            return start + TranslateUrl(value[start..], isEnd, output);
        }

        if (ContentSecurityPolicyField.IsPolicy(Encoding.Latin1.GetString(seen)))
        {
            (_kind, _place, _isRest) = (HtmlValue.Policy, new PolicyPlace(), false);
            return TranslatePolicy(value, isEnd, output);
        }

        _kind = HtmlValue.AbsoluteUrl;
        return TranslateUrl(value, isEnd, output);
    }

    /// <summary>Token by token. One that is longer than any URL that is looked at stays.</summary>
    private int TranslatePolicy(ReadOnlySpan<byte> value, bool isEnd, IBufferWriter<byte> output)
    {
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[at..];
            var seen = _isRest ? rest : rest[..Math.Min(rest.Length, links.MostSeen)];
            var end = _isRest ? rest.IndexOfAny(PolicySeparators) : EndOfToken(seen);
            var token = end < 0 ? seen : seen[..end];
            if (end == 0)
            {
                _place.Separate((char)rest[0]);
                _isRest = false;
                token = rest[..1];
                output.Write(token);
            }
            else if (_isRest || (end < 0 && seen.Length == links.MostSeen))
            {
                _isRest = true;
                _place.IsName = false;
                output.Write(token);
            }
            else if (end < 0 && !isEnd)
            {
                return at;
            }
            else
            {
                output.Write(Encoding.Latin1.GetBytes(ContentSecurityPolicyField.TranslateToken(Encoding.Latin1.GetString(token), ref _place, links.Urls)));
            }

            at += token.Length;
        }

        return at;
    }
}

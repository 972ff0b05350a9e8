namespace AppProxy.Connector.Http1;

/// <summary>Takes a chunked body apart (RFC 9112 section 7.1), wherever it is cut on its way. Keeps the trailer section, nothing else.</summary>
/// <remarks>
/// <code>
/// *( 1*16HEXDIG [BWS ";" ext] CRLF  octets CRLF )
/// 1*"0" [ext] CRLF  *( field-line CRLF )  CRLF
/// </code>
/// </remarks>
internal sealed class ChunkedDecoder(int maxTrailers)
{
    /// <summary>Nobody reads extensions; this is more than any in use.</summary>
    private const int MaxSizeLine = 1024;

    private State _state = State.SizeStart;
    private long _left;
    private int _sizeLine;
    private int _digits;
    private byte[] _trailers = [];
    private int _trailersLength;
    private int _trailerLine;

    private enum State
    {
        SizeStart,
        Size,
        Padding,
        Extension,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        Trailers,
        End,
    }

    public Http1Error Error { get; private set; }

    public bool IsEnded => _state == State.End;

    /// <summary>Octets of the chunk under way that are still to come: so many may be read without looking at them, and told by <see cref="Pass"/>.</summary>
    public long Left => _state == State.Data ? _left : 0;

    /// <summary>The trailer lines, each with its CRLF; once ended.</summary>
    public FieldSection Trailers => new(_trailers.AsSpan(0, Math.Max(0, _trailersLength - 2)));

    public void Pass(int count)
    {
        _left -= count;
        if (_left == 0)
        {
            _state = State.DataReturn;
        }
    }

    /// <summary>
    /// Decodes what fits. Source and destination may begin at the same octet. Returns false on an error; otherwise everything is
    /// consumed unless the body ended or the destination is full.
    /// </summary>
    public bool TryDecode(ReadOnlySpan<byte> source, Span<byte> destination, out int consumed, out int written)
    {
        consumed = written = 0;
        while (consumed < source.Length && _state != State.End && Error == Http1Error.None)
        {
            if (_state == State.Data)
            {
                var count = (int)Math.Min(_left, Math.Min(source.Length - consumed, destination.Length - written));
                if (count == 0)
                {
                    break;
                }

                source.Slice(consumed, count).CopyTo(destination[written..]);
                consumed += count;
                written += count;
                Pass(count);
            }
            else
            {
                Error = Step(source[consumed++]);
            }
        }

        return Error == Http1Error.None;
    }

    private Http1Error Step(byte octet)
    {
        switch (_state)
        {
            case State.SizeStart or State.Size when char.IsAsciiHexDigit((char)octet):
                // Sixteen digits could be more than a long holds.
                if (++_digits > 16 || (_left = (_left << 4) | HexDigit(octet)) < 0)
                {
                    return Http1Error.Chunk;
                }

                _state = State.Size;
                return Http1Error.None;
            case State.Size or State.Padding or State.Extension when octet == '\r':
                _state = State.SizeLineFeed;
                return Http1Error.None;
            case State.Size or State.Padding when octet == ';':
                _state = State.Extension;
                return Http1Error.None;
            case State.Size or State.Padding when octet is (byte)' ' or (byte)'\t':
                // Some servers pad the size with spaces.
                _state = State.Padding;
                return ++_sizeLine > MaxSizeLine ? Http1Error.Chunk : Http1Error.None;
            case State.Extension:
                return ++_sizeLine > MaxSizeLine || octet is 0 or (byte)'\n' ? Http1Error.Chunk : Http1Error.None;
            case State.SizeLineFeed when octet == '\n':
                _state = _left == 0 ? State.Trailers : State.Data;
                _sizeLine = _digits = 0;
                return Http1Error.None;
            case State.DataReturn when octet == '\r':
                _state = State.DataLineFeed;
                return Http1Error.None;
            case State.DataLineFeed when octet == '\n':
                _state = State.SizeStart;
                return Http1Error.None;
            case State.Trailers:
                return AddTrailer(octet);
            default:
                return Http1Error.Chunk;
        }
    }

    private static long HexDigit(byte octet) => octet <= '9' ? octet - '0' : (octet | 0x20) - 'a' + 10;

    private Http1Error AddTrailer(byte octet)
    {
        if (_trailersLength >= maxTrailers)
        {
            return Http1Error.HeadTooLarge;
        }

        if (_trailersLength == _trailers.Length)
        {
            Array.Resize(ref _trailers, Math.Max(64, _trailers.Length * 2));
        }

        _trailers[_trailersLength++] = octet;
        if (octet != '\n')
        {
            return Http1Error.None;
        }

        var line = _trailers.AsSpan(_trailerLine.._trailersLength);
        _trailerLine = _trailersLength;
        if (line.Length < 2 || line[^2] != '\r')
        {
            return Http1Error.LineEnd;
        }

        if (line.Length == 2)
        {
            _state = State.End;
            return Http1Error.None;
        }

        return HeadSyntax.TryRead(line[..^2], out _, out _);
    }
}

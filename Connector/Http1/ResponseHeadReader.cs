using System.Text;

namespace AppProxy.Connector.Http1;

/// <summary>
/// Reads the head of one response (RFC 9112 sections 4 to 6), strictly: what another recipient could read differently is an error. Called again
/// with all octets so far whenever more have come; each line is looked at once, and refused as soon as it stands.
/// </summary>
/// <remarks>
/// <code>
/// HTTP/1.1 SP 3DIGIT [SP reason] CRLF        Status, Reason
/// *( token ":" OWS value OWS CRLF )          Fields
/// CRLF                                       Length = octets up to here
/// </code>
/// </remarks>
internal struct ResponseHeadReader(int maxLength)
{
    private const int NoLength = -1;
    private int _line;
    private int _scanned;
    private int _reasonStart;
    private int _reasonLength;
    private int _fieldsStart;
    private bool _isVersion10;
    private bool _hasTransferEncoding;
    private bool _closes;
    private bool _keepsAlive;

    public Http1Error Error { get; private set; }

    public int Status { get; private set; }

    /// <summary>Length of the whole head, once read.</summary>
    public int Length { get; private set; }

    /// <summary>What Content-Length says, or -1.</summary>
    public long ContentLength { get; private set; } = NoLength;

    public bool IsChunked => _hasTransferEncoding;

    /// <summary>Whether the app promises to take another request on this connection (RFC 9112 section 9.3).</summary>
    public readonly bool KeepsAlive => !_closes && (!_isVersion10 || _keepsAlive);

    /// <summary>Whether a Connection field may name fields that are of this connection only.</summary>
    public bool HasConnectionOptions { get; private set; }

    public readonly bool IsInterim => Status is >= 100 and < 200 and not 101;

    public readonly ReadOnlySpan<byte> Reason(ReadOnlySpan<byte> octets) => octets.Slice(_reasonStart, _reasonLength);

    public readonly FieldSection Fields(ReadOnlySpan<byte> octets) => new(octets[_fieldsStart..(Length - 2)]);

    public ReadProgress Read(ReadOnlySpan<byte> octets)
    {
        while (Error == Http1Error.None)
        {
            var found = octets[_scanned..].IndexOf((byte)'\n');
            if (found < 0)
            {
                _scanned = octets.Length;
                if (octets.Length >= maxLength)
                {
                    Error = Http1Error.HeadTooLarge;
                    break;
                }

                return ReadProgress.NeedsMore;
            }

            var end = _scanned + found;
            var start = _line;
            _scanned = _line = end + 1;
            if (_line > maxLength)
            {
                Error = Http1Error.HeadTooLarge;
            }
            else if (end == start || octets[end - 1] != '\r')
            {
                Error = Http1Error.LineEnd;
            }
            else if (start == 0)
            {
                Error = ReadStatusLine(octets[..(end - 1)]);
                _fieldsStart = _line;
            }
            else if (end - 1 > start)
            {
                Error = ReadField(octets[start..(end - 1)]);
            }
            else
            {
                Length = _line;
                Error = Judge();
                if (Error == Http1Error.None)
                {
                    return ReadProgress.Done;
                }
            }
        }

        return ReadProgress.Failed;
    }

    private Http1Error ReadStatusLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || !char.IsAsciiDigit((char)line[7]) || line[8] != ' '
            || !char.IsAsciiDigit((char)line[9]) || !char.IsAsciiDigit((char)line[10]) || !char.IsAsciiDigit((char)line[11])
            || (line.Length > 12 && line[12] != ' '))
        {
            return Http1Error.StatusLine;
        }

        _isVersion10 = line[7] == '0';
        Status = ((line[9] - '0') * 100) + ((line[10] - '0') * 10) + line[11] - '0';

        // A server without a reason should send the space all the same, and many don't.
        _reasonStart = Math.Min(13, line.Length);
        _reasonLength = line.Length - _reasonStart;
        foreach (var octet in line[_reasonStart..])
        {
            if (octet is < 0x20 and not (byte)'\t' or 0x7f)
            {
                return octet == '\r' ? Http1Error.LineEnd : Http1Error.StatusLine;
            }
        }

        return Status < 100 ? Http1Error.StatusLine : Http1Error.None;
    }

    private Http1Error ReadField(ReadOnlySpan<byte> line)
    {
        var error = HeadSyntax.TryRead(line, out var name, out var value);
        if (error != Http1Error.None)
        {
            return error;
        }

        switch (name.Length)
        {
            case 10 when FieldSection.Is(name, "Connection"u8):
                _closes |= FieldSection.Lists(value, "close"u8);
                _keepsAlive |= FieldSection.Lists(value, "keep-alive"u8);
                HasConnectionOptions |= !FieldSection.Is(value, "close"u8) && !FieldSection.Is(value, "keep-alive"u8);
                return Http1Error.None;
            case 14 when FieldSection.Is(name, "Content-Length"u8):
                return ReadContentLength(value);
            case 17 when FieldSection.Is(name, "Transfer-Encoding"u8):
                // Twice, or anything beside it, would be a coding that we would have to undo.
                var isChunked = !_hasTransferEncoding && Ascii.EqualsIgnoreCase(value, "chunked"u8);
                _hasTransferEncoding = true;
                return isChunked ? Http1Error.None : Http1Error.TransferEncoding;
            default:
                return Http1Error.None;
        }
    }

    private Http1Error ReadContentLength(ReadOnlySpan<byte> value)
    {
        var length = 0L;
        foreach (var octet in value)
        {
            var digit = octet - '0';
            if (digit is < 0 or > 9 || length > (long.MaxValue - digit) / 10)
            {
                return Http1Error.ContentLength;
            }

            length = (length * 10) + digit;
        }

        // The same one again is harmless, and passed on once (RFC 9110 section 8.6).
        if (value.IsEmpty || (ContentLength != NoLength && ContentLength != length))
        {
            return Http1Error.ContentLength;
        }

        ContentLength = length;
        return Http1Error.None;
    }

    private readonly Http1Error Judge() =>
        !_hasTransferEncoding ? Http1Error.None
        : ContentLength != NoLength ? Http1Error.AmbiguousLength
        : _isVersion10 ? Http1Error.TransferEncoding
        : Http1Error.None;
}

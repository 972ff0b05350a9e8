namespace AppProxy.Connector.Http1;

/// <summary>Why a call failed. From <see cref="StatusLine"/> on: which rule of RFC 9112 the response broke.</summary>
internal enum Http1Error
{
    None,

    /// <summary>No connection: name, address, refused, too slow.</summary>
    Unreachable,

    /// <summary>This connector does not connect there.</summary>
    DestinationRefused,

    /// <summary>TLS handshake or certificate.</summary>
    TlsFailed,

    /// <summary>The connection ended before the response did.</summary>
    Aborted,

    /// <summary>The head, or the trailer section, is larger than allowed.</summary>
    HeadTooLarge,

    /// <summary>Not a status line of HTTP/1.x.</summary>
    StatusLine,

    /// <summary>A line that ends by LF alone, or a CR within a line.</summary>
    LineEnd,

    /// <summary>A line that begins with white space: obs-fold, or white space ahead of the first field.</summary>
    Folding,

    /// <summary>A field name that is no token: empty, with a space ahead of the colon, without a colon.</summary>
    FieldName,

    /// <summary>A field value with NUL in it.</summary>
    FieldValue,

    /// <summary>A Content-Length that is no number, or several that differ.</summary>
    ContentLength,

    /// <summary>A Transfer-Encoding other than "chunked", or from an HTTP/1.0 app.</summary>
    TransferEncoding,

    /// <summary>Both Content-Length and Transfer-Encoding: one of the two is a lie.</summary>
    AmbiguousLength,

    /// <summary>A chunk that is not as RFC 9112 section 7.1 says.</summary>
    Chunk,

    /// <summary>101 without having been asked.</summary>
    Upgrade,

    /// <summary>More interim responses than make sense.</summary>
    TooManyInterim,
}

namespace AppProxy.Connector.Http1;

/// <summary>A call failed.</summary>
internal sealed class Http1Exception(Http1Error error, Exception? cause = null) : IOException($"HTTP/1.1 call failed: {error}.", cause)
{
    public Http1Error Error => error;

    /// <summary>Whether the app said something that is not HTTP/1.1, in contrast to nothing or too much.</summary>
    public bool IsInvalidResponse => error >= Http1Error.StatusLine;
}

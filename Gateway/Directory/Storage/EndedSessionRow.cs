namespace AppProxy.Gateway.Directory.Storage;

/// <summary>A session of the directory that somebody ended before its cookie does.</summary>
internal sealed class EndedSessionRow
{
    /// <summary>The <c>sid</c>.</summary>
    public required string Id { get; set; }

    /// <summary>When no cookie of it can be good any more; milliseconds since 1970.</summary>
    public required long ExpiresAt { get; set; }
}

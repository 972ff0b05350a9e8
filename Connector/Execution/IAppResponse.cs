using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>An app's response: its head, and its body as it comes. Disposing it ends the call, and the connection unless both bodies are through.</summary>
internal interface IAppResponse : IAsyncDisposable
{
    int Status { get; }

    /// <summary>Reason phrase as the app wrote it; until <see cref="WriteFields"/>.</summary>
    ReadOnlySpan<byte> Reason { get; }

    /// <summary>Whether the app agreed to another protocol: then the body is its octets, and <see cref="WriteAsync"/> takes the client's.</summary>
    bool IsUpgraded { get; }

    /// <summary>The body's length, when the head says it.</summary>
    long? Length { get; }

    /// <summary>Whether the whole body was read.</summary>
    bool IsEnded { get; }

    /// <summary>
    /// Whether the app goes on taking the request's body behind its whole response, and the client can tell that response's end by itself: then the
    /// exchange goes on until <see cref="WaitForUploadAsync"/>.
    /// </summary>
    bool IsUploadOpen { get; }

    /// <summary>Writes the head's field lines, less those of this connection only (RFC 9110 section 7.6.1), and returns how many. Once.</summary>
    int WriteFields(FrameBuffer frame);

    /// <summary>Writes the trailers, once ended, and returns how many.</summary>
    int WriteTrailers(FrameBuffer frame);

    /// <summary>Waits empty-handed until there is something to read: ten thousand silent streams must not hold ten thousand buffers.</summary>
    ValueTask WaitAsync();

    /// <summary>Reads as much of the body as is at hand, at least one octet; 0 at its end.</summary>
    ValueTask<int> ReadAsync(Memory<byte> destination);

    /// <summary>Writes to an upgraded app.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> octets);

    /// <summary>Waits until the request's body is through, or the app wants no more of it.</summary>
    ValueTask WaitForUploadAsync();
}
